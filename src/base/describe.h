#pragma once
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <string_view>
#include <type_traits>

namespace base {

template <class T>
inline constexpr bool is_described_struct =
    boost::describe::has_describe_members<T>::value && !std::is_enum_v<T>;
template <class E>
inline constexpr bool is_described_enum = boost::describe::has_describe_enumerators<E>::value;

// Calls visit(name, member_pointer) for every described member, in declaration order.
template <class T, class F>
constexpr void for_each_member(F&& visit) {
  boost::mp11::mp_for_each<boost::describe::describe_members<
      T, boost::describe::mod_public | boost::describe::mod_inherited>>(
      [&](auto d) { visit(d.name, d.pointer); });
}

// The enumerator's name, which is also its SQL and JSON text; empty for a value outside the enum.
template <class E>
constexpr std::string_view enum_name(E value) {
  std::string_view name;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
    constexpr std::string_view known(decltype(d)::name);
    if (d.value == value) name = known;
  });
  return name;
}

template <class E>
constexpr bool enum_from_name(std::string_view name, E& out) {
  bool found = false;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
    constexpr std::string_view known(decltype(d)::name);  // measured by the compiler
    if (!found && name == known) {
      out = d.value;
      found = true;
    }
  });
  return found;
}

}  // namespace base
