#include "messaging/render.h"

#include <cstring>
#include <set>

#include "base/json.h"
#include "domain/day_text.h"
#include "text/html.h"

namespace messaging {

namespace {

constexpr std::size_t kTemplatesMax = 2000;
constexpr std::string_view kImage = "image.";
constexpr std::size_t kSubjectCharsMax = 250;
// A section asks whether something is there: a client without a custom field has no such part.
const text::RenderOptions kOptions{.missing_section_is_error = false};

std::string day_text(const SendContext& c, Time t) {
  return domain::day_text(c.zone->day_of(t), c.locale);
}

std::string first_name(const std::string& name) { return name.substr(0, name.find(' ')); }

// Whole days since the due one, in the merchant's time zone; empty unless it has passed.
std::string overdue_days(const SendContext& c, Time now) {
  if (!c.due_at || !domain::takes_payments(c.request_status)) return "";
  const auto days = c.zone->day_of(now).since_1970 - c.zone->day_of(*c.due_at).since_1970;
  return days > 0 ? std::to_string(days) : "";
}

// One line for a header: a merchant's text may hold anything but control characters.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

// Data can make a subject longer than any inbox shows and headers hold.
std::string shortened(std::string text) {
  std::size_t chars = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (begins && ++chars > kSubjectCharsMax) {
      text.resize(i);
      return text + "…";
    }
  }
  return text;
}

// Sections that were skipped leave their lines behind: never more than one blank line.
std::string without_gaps(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  int newlines = 2;  // none at the beginning
  for (const char c : text) {
    newlines = c == '\n' ? newlines + 1 : 0;
    if (newlines <= 2) out += c;
  }
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  return out;
}

Result<std::optional<text::Mustache>> parse_part(const std::optional<std::string>& source,
                                                 text::Escape escape) {
  if (!source) return std::optional<text::Mustache>{};
  TRY(auto parsed, text::Mustache::parse(*source, escape));
  return std::optional<text::Mustache>(std::move(parsed));
}

}  // namespace

boost::json::value template_data(const SendContext& c, const MessageUrls& urls, Time now) {
  boost::json::object request;
  request["amount"] = domain::format(c.amount, c.locale);
  request["amount_sms"] = domain::format(c.amount, c.locale, domain::MoneyStyle::sms);
  request["description"] = c.description;
  request["reference"] = c.reference;
  request["due_date"] = c.due_at ? day_text(c, *c.due_at) : "";
  request["paid_date"] = c.paid_at ? day_text(c, *c.paid_at) : "";
  request["overdue_days"] = overdue_days(c, now);
  boost::json::object client;
  client["name"] = c.client_name;
  client["first_name"] = first_name(c.client_name);
  client["email"] = c.client_email;
  client["phone"] = c.client_phone;
  boost::json::object merchant;
  merchant["name"] = c.merchant_name;
  merchant["color"] = c.brand_color;
  merchant["reply_to"] = c.reply_to;
  merchant["logo_url"] = c.has_logo ? urls.pay + "/logo" : "";
  boost::json::object link;
  link["url"] = urls.pay;
  link["qr_code"] = urls.pay + "/qr.png";
  boost::json::object data;
  data["request"] = std::move(request);
  if (c.refund) {
    data["refund"] = boost::json::object{
        {"amount", domain::format(c.refund->amount, c.locale)},
        {"amount_sms", domain::format(c.refund->amount, c.locale, domain::MoneyStyle::sms)},
        {"date", day_text(c, c.refund->at)}};
  }
  data["client"] = std::move(client);
  data["merchant"] = std::move(merchant);
  data["link"] = std::move(link);
  data["message"] = boost::json::object{{"unsubscribe_url", urls.unsubscribe}};
  auto custom = base::json::parse(c.client_custom_fields);
  data["custom"] = custom ? *std::move(custom) : boost::json::value(boost::json::object{});
  return data;
}

Result<ParsedTemplate> parse_template(const TemplateText& source) {
  ParsedTemplate out;
  TRY(out.subject, parse_part(source.subject, text::Escape::none));
  TRY(out.html, parse_part(source.html, text::Escape::html));
  TRY(out.text, parse_part(source.text, text::Escape::none));
  out.image_mode = source.image_mode;
  std::set<std::string> names;
  for (const auto* part : {&out.subject, &out.html, &out.text}) {
    if (!*part) continue;
    for (const text::Placeholder& p : (*part)->placeholders()) {
      if (p.name.starts_with(kImage)) names.insert(p.name.substr(kImage.size()));
      if (p.name == "link.qr_code") out.shows_qr_code = true;
    }
  }
  out.image_names.assign(names.begin(), names.end());
  return out;
}

void set_images(boost::json::value& data, const std::vector<ImageAddress>& images) {
  boost::json::object tree;
  for (const ImageAddress& image : images) tree[image.name] = image.address;
  data.as_object()["image"] = std::move(tree);
}

Result<RenderedMail> render_mail(const ParsedTemplate& parsed, const boost::json::value& data) {
  RenderedMail out;
  if (parsed.subject) {
    TRY(auto subject, parsed.subject->render(data, kOptions));
    out.subject = shortened(one_line(std::move(subject)));
  }
  if (parsed.html) {
    TRY(out.html, parsed.html->render(data, kOptions));
  }
  if (parsed.text) {
    TRY(out.text, parsed.text->render(data, kOptions));
  }
  out.text = without_gaps(out.text);
  if (out.text.empty()) out.text = text::html_to_text(out.html);
  return out;
}

Result<std::string> render_sms(const ParsedTemplate& parsed, const boost::json::value& data) {
  if (!parsed.text) return base::error(base::Code::invalid_argument, "an SMS without a text");
  return parsed.text->render(data, kOptions);
}

std::size_t TemplateCache::Hash::operator()(const Key& key) const {
  // The last bytes of an id are random.
  std::size_t mixed = 0;
  std::memcpy(&mixed, key.data() + 8, sizeof mixed);
  return mixed ^ (std::size_t{key[16]} * 0x9e3779b97f4a7c15ULL);
}

Result<std::shared_ptr<const ParsedTemplate>> TemplateCache::get(const TemplateRef& ref,
                                                                 const Load& load) {
  Key key{};
  std::memcpy(key.data(), ref.id.value.bytes.data(), 16);
  std::memcpy(key.data() + 16, &ref.number, sizeof ref.number);
  {
    const std::lock_guard lock(mutex_);
    const auto found = parsed_.find(key);
    if (found != parsed_.end()) return found->second;
  }
  TRY(const TemplateText source, load());
  TRY(auto parsed, parse_template(source));
  auto shared = std::make_shared<const ParsedTemplate>(std::move(parsed));
  const std::lock_guard lock(mutex_);
  if (parsed_.size() >= kTemplatesMax) parsed_.clear();
  parsed_[key] = shared;
  return shared;
}

}  // namespace messaging
