-- One merchant organisation. sender_name NULL means the name. Colours are "#rrggbb"; allowed_countries is "DE,NL" (ISO 3166, empty: none may be texted).
CREATE TABLE tenant (
  id BINARY(16) NOT NULL,
  name VARCHAR(120) NOT NULL,
  brand_color VARCHAR(7) NOT NULL,
  accent_color VARCHAR(7) NOT NULL,
  sender_name VARCHAR(120) NULL,
  sms_sender_name VARCHAR(11) NULL,
  reply_to VARCHAR(254) NULL,
  locale VARCHAR(10) NOT NULL,
  time_zone VARCHAR(64) NOT NULL,
  currency VARCHAR(3) NOT NULL,
  country VARCHAR(2) NOT NULL,
  allowed_countries VARCHAR(1000) NOT NULL,
  daily_message_cap BIGINT NOT NULL,
  logo_asset_id BINARY(16) NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (id)
) {{table_options}};
