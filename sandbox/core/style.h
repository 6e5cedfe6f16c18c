#pragma once
#include <string_view>

namespace sandbox {

// One small sheet for every page: light and dark, readable on a phone, no script anywhere.
inline constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--bg:#f5f6f8;--card:#fff;--ink:#1c2430;--soft:#667085;--line:#e3e6eb;
--main:#4f46e5;--main-ink:#fff;--bad:#b42318;--bad-bg:#fef3f2;--good:#067647;--good-bg:#ecfdf3}
@media(prefers-color-scheme:dark){:root{--bg:#12151b;--card:#1b2028;--ink:#e8ebf0;--soft:#98a2b3;
--line:#2c333f;--main:#818cf8;--main-ink:#12151b;--bad:#fda29b;--bad-bg:#3a1613;--good:#75e0a7;
--good-bg:#0d2b1d}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif;
overflow-wrap:anywhere}
.pay:has([value=card]:checked) .bank,.pay:has([value=bank_debit]:checked) .by-card{display:none}
a{color:var(--main)}
nav{display:flex;gap:1.25rem;flex-wrap:wrap;padding:.9rem 1.25rem;background:var(--card);
border-bottom:1px solid var(--line)}
nav a{text-decoration:none;font-weight:600}
nav span{margin-left:auto;color:var(--soft);font-size:.85rem}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1.25rem 4rem}
h1{font-size:1.5rem;line-height:1.25;margin:.25rem 0 1rem}
h2{font-size:1.1rem;margin:1.75rem 0 .5rem}
.soft{color:var(--soft);font-size:.875rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.5rem;
margin:0 0 1rem}
.narrow{max-width:27rem;margin:1rem auto}
.rows{list-style:none;margin:0;padding:0;background:var(--card);border:1px solid var(--line);
border-radius:14px;overflow:hidden}
.rows li+li{border-top:1px solid var(--line)}
.rows a{display:block;padding:.85rem 1.1rem;text-decoration:none;color:inherit}
.rows a:hover,.rows a:focus{background:var(--bg)}
.rows b{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.amount{font-size:2.1rem;font-weight:700;margin:.1rem 0}
label{display:block;font-size:.875rem;font-weight:600;margin:.9rem 0 .25rem}
input[type=text],input[type=email],textarea{width:100%;font:inherit;padding:.65rem .75rem;
border:1px solid var(--line);border-radius:9px;background:var(--bg);color:inherit}
.two{display:grid;grid-template-columns:1fr 1fr;gap:0 .75rem}
fieldset{border:1px solid var(--line);border-radius:11px;margin:1rem 0 0;padding:.25rem 1rem 1rem}
legend{padding:0 .35rem;font-weight:600;font-size:.9rem}
button,.button{display:block;width:100%;font:inherit;font-weight:650;text-align:center;
cursor:pointer;
text-decoration:none;margin-top:1.25rem;padding:.8rem 1rem;border:0;border-radius:10px;
background:var(--main);color:var(--main-ink)}
button.plain{background:transparent;color:var(--ink);border:1px solid var(--line)}
.row{display:flex;gap:.6rem}.row button{width:auto;margin:0}.row input{flex:1;min-width:0}
.bad,.good{padding:.75rem 1rem;border-radius:10px;margin:0 0 1rem}
.bad{background:var(--bad-bg);color:var(--bad)}.good{background:var(--good-bg);color:var(--good)}
.badge{display:inline-block;padding:.1rem .55rem;border-radius:99px;font-size:.78rem;
background:var(--bg);border:1px solid var(--line)}
.phone{max-width:26rem;margin:0 auto;background:var(--card);border:1px solid var(--line);
border-radius:32px;padding:1.25rem 1rem}
.bubble{width:fit-content;max-width:88%;padding:.6rem .85rem;border-radius:18px 18px 18px 5px;
background:var(--bg);margin:.15rem 0;overflow-wrap:anywhere;white-space:pre-wrap}
.bubble.mine{margin-left:auto;background:var(--main);color:var(--main-ink);
border-radius:18px 18px 5px 18px}
.bubble.mine a{color:inherit}
.meta{font-size:.75rem;color:var(--soft);margin:0 .4rem .8rem}.meta.mine{text-align:right}
iframe{width:100%;height:34rem;border:1px solid var(--line);border-radius:11px;background:#fff}
pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0;font-size:.875rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;
padding:.3rem .75rem .3rem 0;overflow-wrap:anywhere}th{color:var(--soft);font-weight:500}
code{font-size:.9em}
)css";

}  // namespace sandbox
