#pragma once
#include "base/ids.h"

// Every kind of id of the product. The prefix is part of the public API: never change or reuse one.
namespace domain {

struct TenantTag {
  static constexpr std::string_view kPrefix = "tn";
};
struct UserTag {
  static constexpr std::string_view kPrefix = "us";
};
struct ApiKeyTag {
  static constexpr std::string_view kPrefix = "ak";
};
struct ClientTag {
  static constexpr std::string_view kPrefix = "cl";
};
struct TemplateTag {
  static constexpr std::string_view kPrefix = "tp";
};
struct RequestTag {
  static constexpr std::string_view kPrefix = "pr";
};
struct SessionTag {
  static constexpr std::string_view kPrefix = "se";
};
struct CheckoutSessionTag {
  static constexpr std::string_view kPrefix = "cs";
};
struct TransactionTag {
  static constexpr std::string_view kPrefix = "tx";
};
struct MessageTag {
  static constexpr std::string_view kPrefix = "ms";
};
struct AttemptTag {
  static constexpr std::string_view kPrefix = "at";
};
struct RefundTag {
  static constexpr std::string_view kPrefix = "rf";
};
struct DisputeTag {
  static constexpr std::string_view kPrefix = "dp";
};
struct ConnectionTag {
  static constexpr std::string_view kPrefix = "cn";
};
struct EventTag {
  static constexpr std::string_view kPrefix = "ev";
};
struct LedgerEntryTag {
  static constexpr std::string_view kPrefix = "le";
};
struct AssetTag {
  static constexpr std::string_view kPrefix = "as";
};
struct LinkTag {
  static constexpr std::string_view kPrefix = "lk";
};
struct DeadLetterTag {
  static constexpr std::string_view kPrefix = "dl";
};
struct ProviderEventTag {
  static constexpr std::string_view kPrefix = "pe";
};
struct ImportTag {
  static constexpr std::string_view kPrefix = "im";
};
struct ImageTag {
  static constexpr std::string_view kPrefix = "ig";
};

using TenantId = base::Id<TenantTag>;
using UserId = base::Id<UserTag>;
using ApiKeyId = base::Id<ApiKeyTag>;
using ClientId = base::Id<ClientTag>;
using TemplateId = base::Id<TemplateTag>;
using RequestId = base::Id<RequestTag>;
using SessionId = base::Id<SessionTag>;  // a person's sign-in session
using CheckoutSessionId = base::Id<CheckoutSessionTag>;
using TransactionId = base::Id<TransactionTag>;
using MessageId = base::Id<MessageTag>;
using AttemptId = base::Id<AttemptTag>;
using RefundId = base::Id<RefundTag>;
using DisputeId = base::Id<DisputeTag>;
using ConnectionId = base::Id<ConnectionTag>;
using EventId = base::Id<EventTag>;
using LedgerEntryId = base::Id<LedgerEntryTag>;
using AssetId = base::Id<AssetTag>;
using LinkId = base::Id<LinkTag>;
using DeadLetterId = base::Id<DeadLetterTag>;
using ProviderEventId = base::Id<ProviderEventTag>;
using ImportId = base::Id<ImportTag>;
using ImageId = base::Id<ImageTag>;

}  // namespace domain
