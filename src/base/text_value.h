#pragma once
#include <concepts>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace base {

// A value type whose JSON and SQL form is one text: `text()` writes it and `T::parse(text)` checks
// it.
template <class T>
concept TextValue = !is_id<T> && requires(const T& value, std::string_view text) {
  { value.text() } -> std::convertible_to<std::string>;
  { T::parse(text) } -> std::same_as<Result<T>>;
};

}  // namespace base
