#pragma once
#include <span>
#include <string>
#include <string_view>

#include "templates/content.h"

namespace templates {

// The data of a message as one documented tree; messaging/render.cpp makes it, docs/templates.md
// explains it. A change that takes a name away or gives it another meaning is a new version.
inline constexpr std::int64_t kDataVersion = 1;

struct PlaceholderInfo {
  std::string_view name;         // "request.amount"
  std::string_view description;  // one sentence
  std::string_view example;
  bool may_be_empty = false;  // then a template wraps it in a section
  bool is_url = false;        // may begin a link or be the address of an image
  bool of_request = false;    // not in a message without a payment request
  bool of_refund = false;     // in a message about a refund only
  bool of_email = false;
};
std::span<const PlaceholderInfo> placeholders();
// Whether messages of this purpose have it; custom.<key> and image.<name> always count.
bool is_available(const PlaceholderInfo& info, const Purpose& purpose);

// What is known of a name that a template uses; nullptr for custom.<key> and image.<name>, which
// depend on the client and on the tenant's images.
const PlaceholderInfo* find_placeholder(std::string_view name);
bool is_custom_placeholder(std::string_view name);
bool is_image_placeholder(std::string_view name);
// The name of this purpose that is most like it, for the person who mistyped.
std::string_view nearest_placeholder(std::string_view name, const Purpose& purpose);

}  // namespace templates
