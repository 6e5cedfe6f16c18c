#include "reads/pages.h"

#include "domain/link_token.h"
#include "reads/sql.gen.h"

namespace reads {

namespace {

struct TokenHash {
  store::Blob token_hash;
};
BOOST_DESCRIBE_STRUCT(TokenHash, (), (token_hash))

struct OfTenant {
  domain::TenantId tenant_id;
};
BOOST_DESCRIBE_STRUCT(OfTenant, (), (tenant_id))

struct RequestKey {
  domain::TenantId tenant_id;
  domain::RequestId id;
};
BOOST_DESCRIBE_STRUCT(RequestKey, (), (tenant_id, id))

struct ClientKey {
  domain::TenantId tenant_id;
  domain::ClientId id;
};
BOOST_DESCRIBE_STRUCT(ClientKey, (), (tenant_id, id))

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
constexpr store::Query<OfTenant, Logo> kLogo{sql::logo_of_tenant};
constexpr store::Query<RequestKey, MessageContext> kContext{sql::message_context};
constexpr store::Query<TemplateKey, TemplateText> kTemplateById{sql::template_by_id};
constexpr store::Query<TemplateSlot, TemplateText> kTemplateBySlot{sql::template_by_slot};
constexpr store::Query<ClientKey, ClientRecipient> kRecipientOfClient{sql::recipient_of_client};
constexpr store::Query<RequestKey, Recipient> kRecipientOfRequest{sql::recipient_of_request};

}  // namespace

Result<std::optional<PayPage>> pay_page(store::Tx& tx, std::string_view token) {
  if (!domain::is_link_token(token)) return std::optional<PayPage>{};
  const auto digest = domain::link_token_hash(token);
  const TokenHash key{{std::string(reinterpret_cast<const char*>(digest.data()), digest.size())}};
  return tx.one(kPayPage, key);
}

Result<std::optional<Logo>> logo(store::Tx& tx, domain::TenantId tenant_id) {
  return tx.one(kLogo, OfTenant{tenant_id});
}

Result<std::optional<MessageContext>> message_context(store::Tx& tx, domain::TenantId tenant_id,
                                                      domain::RequestId id) {
  return tx.one(kContext, RequestKey{tenant_id, id});
}

Result<std::optional<TemplateText>> template_for(store::Tx& tx, const TemplateChoice& choice) {
  if (choice.named) {
    TRY(auto named, tx.one(kTemplateById, TemplateKey{choice.tenant_id, *choice.named}));
    if (named && named->channel != choice.channel) named.reset();
    return named;
  }
  const std::string slot = std::string(base::enum_name(choice.channel)) + "/" +
                           std::string(base::enum_name(choice.kind)) + "/";
  std::vector<std::string> locales;
  const auto add = [&locales](const std::string& locale) {
    for (const std::string& tag : {locale, locale.substr(0, locale.find('-'))}) {
      if (std::find(locales.begin(), locales.end(), tag) == locales.end()) locales.push_back(tag);
    }
  };
  if (choice.client_locale) add(*choice.client_locale);
  add(choice.merchant_locale);
  add("en");
  for (const std::string& locale : locales) {
    TRY(auto found, tx.one(kTemplateBySlot, TemplateSlot{choice.tenant_id, slot + locale}));
    if (found) return found;
  }
  return std::optional<TemplateText>{};
}

Result<std::optional<ClientRecipient>> recipient_of_client(store::Tx& tx,
                                                           domain::TenantId tenant_id,
                                                           domain::ClientId id) {
  return tx.one(kRecipientOfClient, ClientKey{tenant_id, id});
}

Result<std::optional<Recipient>> recipient_of_request(store::Tx& tx, domain::TenantId tenant_id,
                                                      domain::RequestId id) {
  return tx.one(kRecipientOfRequest, RequestKey{tenant_id, id});
}

}  // namespace reads
