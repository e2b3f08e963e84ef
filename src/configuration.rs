//! What the environment says: read once at the start, into types, each wrong value named.

use std::env::VarError;
use std::fmt::Display;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZero;
use std::path::PathBuf;
use std::str::FromStr;

use integrations::{paypal, stripe};
use sqlx::postgres::PgConnectOptions;
use thiserror::Error;
use tracing_subscriber::EnvFilter;

/// What is logged where nothing else is asked for: our own news, and of the libraries only trouble.
const LOG_DEFAULT: &str = "info,graphile_worker=warn,sqlx=warn,actix_server=warn";
const TICKET_KEYS_MAX: usize = 256;
const STRIPE_API_URL: &str = "https://api.stripe.com";
const STRIPE_SCRIPT_URL: &str = "https://js.stripe.com/v3/";
const PAYPAL_API_URL: &str = "https://api-m.paypal.com";

/// How this process runs. Not `Debug`: it has secrets in it.
pub struct Configuration {
    /// None: the private Postgres under `data_dir`.
    pub database: Option<PgConnectOptions>,
    /// Where the private Postgres and the demo's ticket keys are kept.
    pub data_dir: PathBuf,
    /// Where the programs of Postgres are, if not where they are looked for.
    pub postgres_bin: Option<PathBuf>,
    pub listen: SocketAddr,
    /// Scheme, host and port as buyers see them, without a slash at the end.
    pub public_url: String,
    pub demo: bool,
    /// Whether requests are limited by rate; off only for load tests.
    pub rate_limits: bool,
    /// Whether a proxy in front tells the client's address in `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Whether `/bench/echo` answers, to measure claims against.
    pub bench: bool,
    /// How many threads serve; none: one for each core.
    pub workers: Option<NonZero<usize>>,
    /// A checkout to read pages from while they are worked on; debug builds alone look for it.
    pub ui_dir: Option<PathBuf>,
    /// The secret keys that sign tickets, the newest last.
    pub ticket_keys: Option<Vec<[u8; 32]>>,
    /// None: nobody pays with Stripe here.
    pub stripe: Option<stripe::Settings>,
    /// None: nobody pays with PayPal here.
    pub paypal: Option<paypal::Settings>,
    /// A filter of `tracing`.
    pub log: String,
    pub log_format: LogFormat,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// The values that cannot be used, all of them at once.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("{}", .0.join("\n"))]
pub struct WrongValues(Vec<String>);

impl Configuration {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// Names each variable whose value cannot be used.
    pub fn from_environment() -> Result<Self, WrongValues> {
        Self::read(|name| match std::env::var(name) {
            Ok(value) => Some(value),
            Err(VarError::NotPresent) => None,
            // No value we take has such bytes, so it is refused like any other that does not fit.
            Err(VarError::NotUnicode(value)) => Some(value.to_string_lossy().into_owned()),
        })
    }

    fn read(look_up: impl Fn(&str) -> Option<String>) -> Result<Self, WrongValues> {
        let mut reader = Reader {
            look_up,
            wrong: Vec::new(),
        };
        let listen = reader.value("LISTEN", SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)));
        let configuration = Self {
            database: reader.optional("DATABASE_URL", parse_database),
            data_dir: reader.value("DATA_DIR", PathBuf::from("var")),
            postgres_bin: reader.optional("POSTGRES_BIN", parse),
            listen,
            public_url: reader
                .optional("PUBLIC_URL", parse_public_url)
                .unwrap_or_else(|| format!("http://{listen}")),
            demo: reader.switch("DEMO", false),
            rate_limits: reader.switch("RATE_LIMITS", true),
            behind_proxy: reader.switch("BEHIND_PROXY", false),
            bench: reader.switch("BENCH", false),
            workers: reader.optional("WORKERS", parse),
            ui_dir: reader
                .optional("UI_DIR", parse)
                .filter(|_| cfg!(debug_assertions)),
            ticket_keys: reader.optional("TICKET_KEYS", parse_ticket_keys),
            stripe: read_stripe(&mut reader),
            paypal: read_paypal(&mut reader),
            log: reader
                .optional("LOG", parse_log)
                .unwrap_or_else(|| LOG_DEFAULT.to_owned()),
            log_format: reader
                .optional("LOG_FORMAT", parse_log_format)
                .unwrap_or(LogFormat::Text),
        };
        match reader.wrong.is_empty() {
            true => Ok(configuration),
            false => Err(WrongValues(reader.wrong)),
        }
    }
}

/// Reads values one by one and gathers what is wrong with them.
struct Reader<LookUp> {
    look_up: LookUp,
    wrong: Vec<String>,
}

impl<LookUp: Fn(&str) -> Option<String>> Reader<LookUp> {
    /// A variable that is empty counts as absent, as in a shell's `NAME= command`.
    fn optional<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = (self.look_up)(name).filter(|text| !text.is_empty())?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.wrong.push(format!("{name} cannot be used: {reason}"));
                None
            }
        }
    }

    fn switch(&mut self, name: &str, default: bool) -> bool {
        self.optional(name, parse_switch).unwrap_or(default)
    }

    fn value<T: FromStr<Err: Display>>(&mut self, name: &str, default: T) -> T {
        self.optional(name, parse).unwrap_or(default)
    }
}

/// Settings that are of use together only: all of them, none, or the ones that are missing are named.
fn all_or_none<const N: usize>(
    reader: &mut Reader<impl Fn(&str) -> Option<String>>,
    names: [&str; N],
) -> Option<[String; N]> {
    let values = names.map(|name| reader.optional(name, parse_secret));
    if values.iter().all(Option::is_none) {
        return None;
    }
    for (name, value) in names.iter().zip(&values) {
        if value.is_none() {
            let together = names.join(", ");
            let complaint = format!("{name} is missing: {together} belong together");
            reader.wrong.push(complaint);
        }
    }
    let all: Option<Vec<String>> = values.into_iter().collect();
    all.and_then(|all| all.try_into().ok())
}

fn read_stripe(reader: &mut Reader<impl Fn(&str) -> Option<String>>) -> Option<stripe::Settings> {
    let keys = [
        "STRIPE_SECRET_KEY",
        "STRIPE_PUBLISHABLE_KEY",
        "STRIPE_WEBHOOK_SECRET",
    ];
    let keys = all_or_none(reader, keys);
    let api_url = reader.optional("STRIPE_API_URL", parse_address);
    let script_url = reader.optional("STRIPE_SCRIPT_URL", parse_address);
    let [secret_key, publishable_key, webhook_secret] = keys?;
    Some(stripe::Settings {
        secret_key,
        publishable_key,
        webhook_secret,
        api_url: api_url.unwrap_or_else(|| STRIPE_API_URL.to_owned()),
        script_url: script_url.unwrap_or_else(|| STRIPE_SCRIPT_URL.to_owned()),
    })
}

fn read_paypal(reader: &mut Reader<impl Fn(&str) -> Option<String>>) -> Option<paypal::Settings> {
    let keys = [
        "PAYPAL_CLIENT_ID",
        "PAYPAL_CLIENT_SECRET",
        "PAYPAL_WEBHOOK_ID",
    ];
    let keys = all_or_none(reader, keys);
    let api_url = reader.optional("PAYPAL_API_URL", parse_address);
    let [client_id, client_secret, webhook_id] = keys?;
    Some(paypal::Settings {
        client_id,
        client_secret,
        webhook_id,
        api_url: api_url.unwrap_or_else(|| PAYPAL_API_URL.to_owned()),
    })
}

/// The reason never repeats the secret.
fn parse_secret(text: &str) -> Result<String, String> {
    match text.chars().all(|c| c.is_ascii_graphic()) {
        true => Ok(text.to_owned()),
        false => Err("it must be visible ASCII characters without spaces".to_owned()),
    }
}

/// An address to which paths are added, or of a script.
fn parse_address(text: &str) -> Result<String, String> {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._~:/[]".contains(c);
    match host.is_some_and(|host| !host.is_empty() && host.chars().all(is_part)) {
        true => Ok(text.trim_end_matches('/').to_owned()),
        false => Err("it must be http:// or https://, a host and perhaps a path".to_owned()),
    }
}

fn parse<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// The reason never repeats the address: it may have a password in it.
fn parse_database(text: &str) -> Result<PgConnectOptions, String> {
    let expected = "it must be postgres:// with user, host and database";
    if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
        return Err(expected.to_owned());
    }
    text.parse().map_err(|_| expected.to_owned())
}

/// An origin: browsers send theirs without a path, and ours is compared with it.
fn parse_public_url(text: &str) -> Result<String, String> {
    let expected = || "it must be http:// or https:// and a host, without a path".to_owned();
    let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .ok_or_else(expected)?;
    let is_host = |c: char| c.is_ascii_alphanumeric() || "-._~:[]".contains(c);
    match !host.is_empty() && host.chars().all(is_host) {
        true => Ok(text),
        false => Err(expected()),
    }
}

/// Both pairs of words for every switch: nobody should have to remember which one takes which.
fn parse_switch(text: &str) -> Result<bool, String> {
    match text {
        "on" | "true" => Ok(true),
        "off" | "false" => Ok(false),
        _ => Err("it must be on or off".to_owned()),
    }
}

/// Checked here and kept as text, since a filter cannot be cloned.
fn parse_log(text: &str) -> Result<String, String> {
    parse::<EnvFilter>(text).map(|_| text.to_owned())
}

fn parse_log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("it must be text or json".to_owned()),
    }
}

/// Keys as `TICKET_KEYS` has them. The reason never repeats a key.
pub fn parse_ticket_keys(text: &str) -> Result<Vec<[u8; 32]>, String> {
    let keys: Option<Vec<[u8; 32]>> = text.split(',').map(|key| parse_key(key.trim())).collect();
    match keys {
        Some(keys) if keys.len() <= TICKET_KEYS_MAX => Ok(keys),
        Some(_) => Err(format!("there are more than {TICKET_KEYS_MAX} keys")),
        None => Err("each key must be 64 hexadecimal digits, with commas between keys".to_owned()),
    }
}

fn parse_key(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut key = [0; 32];
    for (byte, position) in key.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[position..position + 2], 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests;
