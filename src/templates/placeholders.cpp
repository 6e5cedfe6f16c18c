#include "templates/placeholders.h"

#include <algorithm>
#include <vector>

namespace templates {

namespace {

constexpr PlaceholderInfo kPlaceholders[] = {
    {.name = "client.name", .description = "The client's name", .example = "Anna Berg"},
    {.name = "client.first_name",
     .description = "The client's name up to its first space",
     .example = "Anna"},
    {.name = "client.email",
     .description = "The client's email address",
     .example = "anna@example.com",
     .may_be_empty = true},
    {.name = "client.phone",
     .description = "The client's phone number",
     .example = "+49 151 23456789",
     .may_be_empty = true},
    {.name = "merchant.name",
     .description = "The name of your organisation",
     .example = "Nordlicht Studio"},
    {.name = "merchant.color",
     .description = "Your brand colour, as CSS writes it",
     .example = "#1f3a5f"},
    {.name = "merchant.reply_to",
     .description = "The address that answers go to",
     .example = "hello@example.com",
     .may_be_empty = true},
    {.name = "merchant.logo_url",
     .description = "Address of your logo",
     .example = "https://pay.example.com/p/0123456789abcdefghijkl/logo",
     .may_be_empty = true,
     .is_url = true,
     .of_email = true},
    {.name = "request.amount",
     .description = "The amount asked for, as the client's language writes it",
     .example = "€1,250.00",
     .of_request = true},
    {.name = "request.amount_sms",
     .description = "The same in letters that every phone has, so that an SMS stays short",
     .example = "EUR 1,250.00",
     .of_request = true},
    {.name = "request.description",
     .description = "What the payment is for",
     .example = "Website, second instalment",
     .of_request = true},
    {.name = "request.reference",
     .description = "Your reference, such as an invoice number",
     .example = "2026-0042",
     .may_be_empty = true,
     .of_request = true},
    {.name = "request.due_date",
     .description = "The last day to pay, in the client's language",
     .example = "24 December 2026",
     .may_be_empty = true,
     .of_request = true},
    {.name = "request.paid_date",
     .description = "The day of the payment",
     .example = "3 December 2026",
     .may_be_empty = true,
     .of_request = true},
    {.name = "request.overdue_days",
     .description = "Days since the due date; only when it has passed",
     .example = "5",
     .may_be_empty = true,
     .of_request = true},
    {.name = "link.url",
     .description = "The short link to the pay page",
     .example = "https://pay.example.com/p/0123456789abcdefghijkl",
     .is_url = true,
     .of_request = true},
    {.name = "link.qr_code",
     .description = "Address of an image with the link as QR code",
     .example = "https://pay.example.com/p/0123456789abcdefghijkl/qr.png",
     .is_url = true,
     .of_request = true,
     .of_email = true},
    {.name = "refund.amount",
     .description = "The amount given back",
     .example = "€250.00",
     .of_request = true,
     .of_refund = true},
    {.name = "refund.amount_sms",
     .description = "The same in letters that every phone has",
     .example = "EUR 250.00",
     .of_request = true,
     .of_refund = true},
    {.name = "refund.date",
     .description = "The day of the refund",
     .example = "10 December 2026",
     .of_request = true,
     .of_refund = true},
    {.name = "message.unsubscribe_url",
     .description = "Where the client can stop such emails",
     .example = "https://pay.example.com/u/0123456789abcdefghijkl",
     .is_url = true,
     .of_email = true},
};

bool is_key(std::string_view key) {
  if (key.empty() || key.size() > 40 || key[0] < 'a' || key[0] > 'z') return false;
  return key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

bool is_key_of(std::string_view prefix, std::string_view name) {
  return name.starts_with(prefix) && is_key(name.substr(prefix.size()));
}

// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above + 1, row[j - 1] + 1, change});
      diagonal = above;
    }
  }
  return row[b.size()];
}

constexpr std::size_t kComparedMax = 60;

}  // namespace

std::span<const PlaceholderInfo> placeholders() { return kPlaceholders; }

bool is_available(const PlaceholderInfo& info, const Purpose& purpose) {
  if (info.of_request && purpose.kind == domain::MessageKind::welcome) return false;
  if (info.of_refund && purpose.kind != domain::MessageKind::refund) return false;
  return !info.of_email || purpose.channel == domain::Channel::email;
}

const PlaceholderInfo* find_placeholder(std::string_view name) {
  for (const PlaceholderInfo& info : kPlaceholders) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

bool is_custom_placeholder(std::string_view name) { return is_key_of("custom.", name); }
bool is_image_placeholder(std::string_view name) { return is_key_of("image.", name); }

std::string_view nearest_placeholder(std::string_view name, const Purpose& purpose) {
  const std::string_view shown = name.substr(0, kComparedMax);
  // "amount" means request.amount: a part alone counts nearly as much as the whole.
  const auto cost = [&](std::string_view known) {
    const std::size_t dot = known.find('.');
    return std::min({distance(known, shown), distance(known.substr(dot + 1), shown) + 1,
                     distance(known.substr(0, dot), shown) + 2});
  };
  const PlaceholderInfo* best = nullptr;
  for (const PlaceholderInfo& info : kPlaceholders) {
    if (!is_available(info, purpose)) continue;
    if (!best || cost(info.name) < cost(best->name)) best = &info;
  }
  return best->name;
}

}  // namespace templates
