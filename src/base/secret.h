#pragma once
#include <utility>

namespace base {

// A value that must not be printed: only reveal() gets it out.
template <class T>
class Secret {
 public:
  Secret() = default;
  explicit Secret(T value) : value_(std::move(value)) {}
  const T& reveal() const { return value_; }
  friend bool operator==(const Secret&, const Secret&) = delete;

 private:
  T value_{};
};

template <class Stream, class T>
Stream& operator<<(Stream& out, const Secret<T>&) {
  out << "***";
  return out;
}

}  // namespace base
