#include <array>

#include "base/assert.h"
#include "base/encoding.h"
#include "net/http.h"
#include "net/problem.h"

namespace net {
namespace {

constexpr std::size_t kMethodCount = static_cast<std::size_t>(Method::other);
// Deeper paths than any pattern are refused by the tree itself; this bounds the registered
// patterns.
constexpr std::size_t kSegmentsMax = 16;

struct Leaf {
  std::string pattern;
  Handler handler;
  std::size_t body_bytes_max = 0;
};

// Cuts the next segment off a path that starts with '/'.
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

}  // namespace

// One path segment of the tree of patterns.
struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> fixed;
  std::unique_ptr<Node> any;
  std::array<std::unique_ptr<Leaf>, kMethodCount> leaves;

  bool has_leaf() const {
    return std::any_of(leaves.begin(), leaves.end(), [](const auto& leaf) { return !!leaf; });
  }
  const Leaf* leaf(Method method) const {
    if (method == Method::other) return nullptr;
    const auto& own = leaves[static_cast<std::size_t>(method)];
    if (own) return own.get();
    return method == Method::head ? leaves[static_cast<std::size_t>(Method::get)].get() : nullptr;
  }

  // Depth first, fixed segments before parameters, which a whole path of fixed ones hides. `raw`
  // collects the segments that parameters took; `other` becomes the first node that has the path
  // but not the method.
  const Leaf* find(Method method, std::string_view path, std::vector<std::string_view>& raw,
                   const Node*& other) const {
    if (path.empty()) {
      const Leaf* found = leaf(method);
      if (!found && !other && has_leaf()) other = this;
      return found;
    }
    const auto segment = next_segment(path);
    if (const auto child = fixed.find(segment); child != fixed.end()) {
      if (const Leaf* found = child->second->find(method, path, raw, other)) return found;
      // The path is known by its very words, so what is missing is the method: 405, and no
      // parameter may take such a word for an id.
      if (other) return nullptr;
    }
    if (!any || segment.empty()) return nullptr;
    raw.push_back(segment);
    if (const Leaf* found = any->find(method, path, raw, other)) return found;
    raw.pop_back();
    return nullptr;
  }

  std::string allow() const {
    std::string out;
    const auto append = [&](Method method) {
      if (!out.empty()) out += ", ";
      out += to_string(method);
    };
    for (std::size_t i = 0; i < kMethodCount; ++i) {
      const auto method = static_cast<Method>(i);
      if (leaf(method)) append(method);
    }
    return out;
  }
};

Router::Router() : root_(std::make_shared<Node>()) {}

void Router::add(Method method, std::string pattern, Handler handler, std::size_t body_bytes_max) {
  QT_ASSERT(method != Method::other && pattern.starts_with('/') && handler);
  Node* node = root_.get();
  std::string_view rest = pattern;
  std::size_t depth = 0;
  while (!rest.empty()) {
    QT_ASSERT(++depth <= kSegmentsMax);
    const auto segment = next_segment(rest);
    auto& child = segment.starts_with('{') && segment.ends_with('}')
                      ? node->any
                      : node->fixed[std::string(segment)];
    if (!child) child = std::make_unique<Node>();
    node = child.get();
  }
  auto& leaf = node->leaves[static_cast<std::size_t>(method)];
  QT_ASSERT(!leaf);
  leaf = std::make_unique<Leaf>();
  leaf->pattern = std::move(pattern);
  leaf->handler = std::move(handler);
  leaf->body_bytes_max = body_bytes_max;
}

void Router::set_fallback(std::function<Response(const Request&, int, std::string)> make) {
  fallback_ = std::move(make);
}

Router::Match Router::match(Method method, std::string_view path) const {
  Match match;
  if (!path.starts_with('/')) {
    match.status = 404;
    return match;
  }
  std::vector<std::string_view> raw;
  const Node* other = nullptr;
  const Leaf* leaf = root_->find(method, path, raw, other);
  if (!leaf) {
    match.status = other ? 405 : 404;
    if (other) match.allow = other->allow();
    return match;
  }
  match.pattern = leaf->pattern;
  for (const auto segment : raw) {
    auto decoded = base::percent_decode(segment, false);
    if (!decoded || !base::is_valid_utf8(*decoded)) {
      match.status = 400;
      return match;
    }
    match.params.push_back(*std::move(decoded));
  }
  match.handler = &leaf->handler;
  match.body_bytes_max = leaf->body_bytes_max;
  return match;
}

Response Router::fallback(const Request& request, int status, std::string allow) const {
  if (fallback_) return fallback_(request, status, std::move(allow));
  return default_problem(request, status, std::move(allow));
}

}  // namespace net
