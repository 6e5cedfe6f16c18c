#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "templates/templates.h"

namespace templates {

// Every name that the data of a message has (messaging/prepare.cpp makes it); beside them
// custom.<key> of the client.
std::span<const std::string_view> placeholder_names();
bool is_known_placeholder(std::string_view name);
// The known name that is most like it, for the person who mistyped.
std::string_view nearest_placeholder(std::string_view name);

// Checks all fields and trims the texts; invalid_argument naming every field that is wrong.
Status check_template(Template& t);

}  // namespace templates
