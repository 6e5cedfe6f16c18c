#include "reads/pages.h"

#include "base/encoding.h"
#include "domain/eight.h"
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

struct TemplateVersionKey {
  domain::TenantId tenant_id;
  domain::TemplateId template_id;
  std::int64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(TemplateVersionKey, (), (tenant_id, template_id, number))
struct TemplateSlot {
  domain::TenantId tenant_id;
  std::string default_slot;
};
BOOST_DESCRIBE_STRUCT(TemplateSlot, (), (tenant_id, default_slot))

struct EightHashes {
  store::Blob hash_0, hash_1, hash_2, hash_3, hash_4, hash_5, hash_6, hash_7;
};
BOOST_DESCRIBE_STRUCT(EightHashes, (),
                      (hash_0, hash_1, hash_2, hash_3, hash_4, hash_5, hash_6, hash_7))

struct PageOfHash : TokenHash, PayPage {};
BOOST_DESCRIBE_STRUCT(PageOfHash, (TokenHash, PayPage), ())

store::Blob hash_of(std::string_view token) {
  return {std::string(base::as_chars(domain::link_token_hash(token)))};
}

constexpr store::Query<TokenHash, PayPage> kPayPage{sql::page_of_link};
constexpr store::Query<EightHashes, PageOfHash> kPayPages{sql::pages_of_links};
constexpr store::Query<OfTenant, Logo> kLogo{sql::logo_of_tenant};
constexpr store::Query<domain::RequestKey, MessageContext> kContext{sql::message_context};
constexpr store::Query<TemplateKey, PublishedTemplate> kTemplateById{sql::template_by_id};
constexpr store::Query<TemplateSlot, PublishedTemplate> kTemplateBySlot{sql::template_by_slot};
constexpr store::Query<TemplateVersionKey, TemplateContent> kTemplateContent{sql::template_content};
constexpr store::Query<ClientKey, ClientRecipient> kRecipientOfClient{sql::recipient_of_client};
constexpr store::Query<domain::RequestKey, Recipient> kRecipientOfRequest{
    sql::recipient_of_request};

}  // namespace

Result<std::optional<PayPage>> pay_page(store::Tx& tx, std::string_view token) {
  if (!domain::is_link_token(token)) return std::optional<PayPage>{};
  return tx.one(kPayPage, TokenHash{hash_of(token)});
}

Result<std::vector<std::optional<PayPage>>> pay_pages(store::Tx& tx,
                                                      std::span<const std::string> tokens) {
  QT_ASSERT(!tokens.empty() && tokens.size() <= kPagesAtOnce);
  std::vector<std::optional<PayPage>> out(tokens.size());
  if (tokens.size() == 1) {
    TRY(out.front(), pay_page(tx, tokens.front()));
    return out;
  }
  // Beyond the end the last one stands again; what is no token has no row.
  std::vector<store::Blob> hashes;
  for (const std::string& token : tokens) hashes.push_back(hash_of(token));
  hashes.resize(kPagesAtOnce, hashes.back());
  const EightHashes key{hashes[0], hashes[1], hashes[2], hashes[3],
                        hashes[4], hashes[5], hashes[6], hashes[7]};
  const auto place = [&](PageOfHash&& row) -> base::Status {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (hashes[i] == row.token_hash) out[i] = static_cast<const PayPage&>(row);
    }
    return {};
  };
  TRY_STATUS(tx.each(kPayPages, key, place));
  return out;
}

Result<std::optional<Logo>> logo(store::Tx& tx, domain::TenantId tenant_id) {
  return tx.one(kLogo, OfTenant{tenant_id});
}

Result<std::optional<MessageContext>> message_context(store::Tx& tx, domain::TenantId tenant_id,
                                                      domain::RequestId id) {
  return tx.one(kContext, domain::RequestKey{tenant_id, id});
}

Result<std::optional<PublishedTemplate>> template_for(store::Tx& tx, const TemplateChoice& choice) {
  if (choice.named) {
    TRY(auto named, tx.one(kTemplateById, TemplateKey{choice.tenant_id, *choice.named}));
    const bool fits = named && named->channel == choice.channel && named->kind == choice.kind;
    if (!fits) named.reset();
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
  return std::optional<PublishedTemplate>{};
}

Result<std::optional<TemplateContent>> template_content(store::Tx& tx, domain::TenantId tenant_id,
                                                        domain::TemplateId id,
                                                        std::int64_t number) {
  return tx.one(kTemplateContent, TemplateVersionKey{tenant_id, id, number});
}

Result<std::optional<ClientRecipient>> recipient_of_client(store::Tx& tx,
                                                           domain::TenantId tenant_id,
                                                           domain::ClientId id) {
  return tx.one(kRecipientOfClient, ClientKey{tenant_id, id});
}

Result<std::optional<Recipient>> recipient_of_request(store::Tx& tx, domain::TenantId tenant_id,
                                                      domain::RequestId id) {
  return tx.one(kRecipientOfRequest, domain::RequestKey{tenant_id, id});
}

}  // namespace reads
