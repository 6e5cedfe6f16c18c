#pragma once
#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base {

// What went wrong, in the terms that a caller can act on. One file (api/problem.cpp) maps a Code to
// an HTTP status; nothing else may.
enum class Code : std::uint8_t {
  invalid_argument,       // a field is malformed or out of range
  unprocessable,          // well-formed, but refers to something that does not allow it
  unauthenticated,        // no or wrong credentials
  forbidden,              // the credentials do not allow it
  not_found,              // unknown, or another tenant's: never told apart
  conflict,               // the state does not allow it now, or a unique value is taken
  precondition_failed,    // If-Match names another version
  precondition_required,  // If-Match is missing
  too_large,              // body, file or field over its limit
  unsupported,            // media type or method not served here
  rate_limited,           // retry later; Error::retry_after_s says when
  unavailable,            // a dependency is down; nothing was changed
  deadline,               // a dependency did not answer in time; nothing is known to have changed
  ambiguous,              // an outside effect may or may not have happened: reconcile, never repeat
  refused,                // an outside party refused explicitly; repeating may be safe
  corrupt,                // stored or received data contradicts itself
  internal,               // a bug
};

std::string_view to_string(Code code);

// One rejected field; `field` is a JSON pointer-like path ("channels[0]", "amount_minor").
struct FieldError {
  std::string field;
  std::string code;    // stable, machine-readable: "required", "out_of_range", "unknown" …
  std::string detail;  // for people
};

struct Error {
  Code code = Code::internal;
  std::string detail;              // for logs and people; never holds personal data or secrets
  std::vector<FieldError> fields;  // which inputs were at fault, if any
  std::string reason;  // stable machine-readable refinement ("already_paid"), may be empty
  std::uint32_t retry_after_s = 0;  // with rate_limited and unavailable
};

inline Error error(Code code, std::string detail) {
  return Error{.code = code, .detail = std::move(detail)};
}
inline Error error(Code code, std::string reason, std::string detail) {
  return Error{.code = code, .detail = std::move(detail), .reason = std::move(reason)};
}
inline Error field_error(std::string field, std::string code, std::string detail) {
  Error e{.code = Code::invalid_argument, .detail = detail};
  e.fields.push_back({std::move(field), std::move(code), std::move(detail)});
  return e;
}

// Needed by boost::system::result: reached only by value() on an error, which is a bug.
[[noreturn]] void throw_exception_from_error(const Error& e, const boost::source_location& where);

template <class T>
using Result = boost::system::result<T, Error>;
using Status = Result<void>;

}  // namespace base

// TRY(auto x, expression): returns the error from the function, or declares x with the value.
// TRY_STATUS(expression) for Result<void>. CO_ forms are for coroutines.
#define QT_JOIN2(a, b) a##b
#define QT_JOIN(a, b) QT_JOIN2(a, b)
#define QT_TRY_IMPL(ret, tmp, declaration, ...) \
  auto&& tmp = __VA_ARGS__;                     \
  if (!tmp) ret std::move(tmp).error();         \
  declaration = *std::move(tmp)
#define QT_TRY_STATUS_IMPL(ret, tmp, ...) \
  do {                                    \
    auto&& tmp = __VA_ARGS__;             \
    if (!tmp) ret std::move(tmp).error(); \
  } while (false)
#define TRY(declaration, ...) \
  QT_TRY_IMPL(return, QT_JOIN(qt_try_, __COUNTER__), declaration, __VA_ARGS__)
#define TRY_STATUS(...) QT_TRY_STATUS_IMPL(return, qt_try_status, __VA_ARGS__)
#define CO_TRY(declaration, ...) \
  QT_TRY_IMPL(co_return, QT_JOIN(qt_try_, __COUNTER__), declaration, __VA_ARGS__)
#define CO_TRY_STATUS(...) QT_TRY_STATUS_IMPL(co_return, qt_try_status, __VA_ARGS__)
