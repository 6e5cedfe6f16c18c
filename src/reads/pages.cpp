#include "reads/pages.h"

#include "domain/link_token.h"
#include "reads/sql.gen.h"

namespace reads {

namespace {

struct TokenHash {
  store::Blob token_hash;
};
BOOST_DESCRIBE_STRUCT(TokenHash, (), (token_hash))

struct RequestKey {
  domain::TenantId tenant_id;
  domain::RequestId id;
};
BOOST_DESCRIBE_STRUCT(RequestKey, (), (tenant_id, id))

struct TemplateKey {
  domain::TenantId tenant_id;
  domain::TemplateId id;
};
BOOST_DESCRIBE_STRUCT(TemplateKey, (), (tenant_id, id))

struct TemplateSlot {
  domain::TenantId tenant_id;
  std::string default_slot;
};
BOOST_DESCRIBE_STRUCT(TemplateSlot, (), (tenant_id, default_slot))

constexpr store::Query<TokenHash, PayPage> kPayPage{sql::page_of_link};
constexpr store::Query<RequestKey, MessageContext> kContext{sql::message_context};
constexpr store::Query<TemplateKey, TemplateText> kTemplateById{sql::template_by_id};
constexpr store::Query<TemplateSlot, TemplateText> kTemplateBySlot{sql::template_by_slot};
constexpr store::Query<RequestKey, Recipient> kRecipient{sql::recipient};

}  // namespace

Result<std::optional<PayPage>> pay_page(store::Tx& tx, std::string_view token) {
  if (!domain::is_link_token(token)) return std::optional<PayPage>{};
  const auto digest = domain::link_token_hash(token);
  const TokenHash key{{std::string(reinterpret_cast<const char*>(digest.data()), digest.size())}};
  return tx.one(kPayPage, key);
}

Result<std::optional<MessageContext>> message_context(store::Tx& tx, domain::TenantId tenant_id, domain::RequestId id) {
  return tx.one(kContext, RequestKey{tenant_id, id});
}

Result<std::optional<TemplateText>> template_by_id(store::Tx& tx, domain::TenantId tenant_id, domain::TemplateId id) {
  return tx.one(kTemplateById, TemplateKey{tenant_id, id});
}

Result<std::optional<TemplateText>> template_by_slot(store::Tx& tx, domain::TenantId tenant_id, std::string slot) {
  return tx.one(kTemplateBySlot, TemplateSlot{tenant_id, std::move(slot)});
}

Result<std::optional<Recipient>> recipient(store::Tx& tx, domain::TenantId tenant_id, domain::RequestId id) {
  return tx.one(kRecipient, RequestKey{tenant_id, id});
}

}  // namespace reads
