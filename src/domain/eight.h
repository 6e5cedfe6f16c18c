#pragma once
#include <algorithm>
#include <boost/describe.hpp>
#include <cstddef>
#include <span>

#include "base/assert.h"
#include "domain/ids.h"

// Statements on up to eight rows at once, each under its own tenant: the database spends on eight
// little more than on one.
namespace domain {

template <class IdType>
struct Key {
  TenantId tenant_id;
  IdType id;
  friend bool operator==(const Key&, const Key&) = default;
  BOOST_DESCRIBE_CLASS(Key, (), (tenant_id, id), (), ())
};
using RequestKey = Key<RequestId>;
using TransactionKey = Key<TransactionId>;

inline constexpr std::size_t kEight = 8;

// The parameters :tenant_0 to :tenant_7 and :id_0 to :id_7.
template <class IdType>
struct EightKeys {
  TenantId tenant_0, tenant_1, tenant_2, tenant_3, tenant_4, tenant_5, tenant_6, tenant_7;
  IdType id_0, id_1, id_2, id_3, id_4, id_5, id_6, id_7;
  BOOST_DESCRIBE_CLASS(EightKeys, (),
                       (tenant_0, tenant_1, tenant_2, tenant_3, tenant_4, tenant_5, tenant_6,
                        tenant_7, id_0, id_1, id_2, id_3, id_4, id_5, id_6, id_7),
                       (), ())
};

// The n-th of one to eight; beyond their end the last one stands again.
template <class T>
const T& nth_of_eight(std::span<const T> some, std::size_t n) {
  QT_ASSERT(!some.empty() && some.size() <= kEight && n < kEight);
  return some[std::min(n, some.size() - 1)];
}

template <class IdType>
EightKeys<IdType> eight_of(std::span<const Key<IdType>> keys) {
  const auto key = [keys](std::size_t n) -> const Key<IdType>& { return nth_of_eight(keys, n); };
  return {key(0).tenant_id, key(1).tenant_id, key(2).tenant_id, key(3).tenant_id,
          key(4).tenant_id, key(5).tenant_id, key(6).tenant_id, key(7).tenant_id,
          key(0).id,        key(1).id,        key(2).id,        key(3).id,
          key(4).id,        key(5).id,        key(6).id,        key(7).id};
}

// Calls use(up to eight of `all`, their first index) until it fails.
template <class T, class F>
auto by_eights(std::span<const T> all, F&& use) -> decltype(use(all, std::size_t{})) {
  for (std::size_t first = 0; first < all.size(); first += kEight) {
    auto used = use(all.subspan(first, std::min(kEight, all.size() - first)), first);
    if (!used) return used;
  }
  return {};
}

}  // namespace domain
