use super::*;

fn read(values: &[(&str, &str)]) -> Result<Configuration, WrongValues> {
    Configuration::read(|name| {
        values
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| (*value).to_owned())
    })
}

fn complaint(name: &str, value: &str) -> String {
    read(&[(name, value)]).err().unwrap().to_string()
}

#[test]
fn an_empty_environment_is_a_private_server_on_loopback_with_limits() {
    let configuration = read(&[]).unwrap();
    assert!(configuration.database.is_none());
    assert_eq!(configuration.data_dir, PathBuf::from("var"));
    assert_eq!(configuration.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(configuration.public_url, "http://127.0.0.1:8080");
    assert!(!configuration.demo);
    assert!(configuration.rate_limits);
    assert_eq!(configuration.ticket_keys, None);
    assert_eq!(configuration.log_format, LogFormat::Text);
}

#[test]
fn each_value_that_is_given_is_taken() {
    let key = "0f".repeat(32);
    let configuration = read(&[
        ("DATABASE_URL", "postgres://seller@db.internal:6432/tickets"),
        ("DATA_DIR", "/srv/frontrow"),
        ("LISTEN", "[::1]:9000"),
        ("PUBLIC_URL", "https://Tickets.example/"),
        ("DEMO", "true"),
        ("RATE_LIMITS", "off"),
        ("BEHIND_PROXY", "true"),
        ("BENCH", "on"),
        ("WORKERS", "3"),
        ("TICKET_KEYS", &format!("{key}, {key}")),
        ("LOG_FORMAT", "json"),
    ])
    .unwrap();
    let database = configuration.database.unwrap();
    assert_eq!(
        (database.get_host(), database.get_port()),
        ("db.internal", 6432)
    );
    assert_eq!(configuration.data_dir, PathBuf::from("/srv/frontrow"));
    assert_eq!(configuration.listen.to_string(), "[::1]:9000");
    assert_eq!(configuration.public_url, "https://tickets.example");
    assert!(configuration.demo);
    assert!(!configuration.rate_limits);
    assert!(configuration.behind_proxy && configuration.bench);
    assert_eq!(configuration.workers, NonZero::new(3));
    assert_eq!(configuration.ticket_keys, Some(vec![[15; 32]; 2]));
    assert_eq!(configuration.log_format, LogFormat::Json);
}

#[test]
fn the_keys_of_a_provider_belong_together() {
    let stripe = [
        ("STRIPE_SECRET_KEY", "sk_test_1"),
        ("STRIPE_PUBLISHABLE_KEY", "pk_test_1"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_1"),
    ];
    let settings = read(&stripe).unwrap().stripe.unwrap();
    assert_eq!(settings.api_url, "https://api.stripe.com");
    assert_eq!(settings.script_url, "https://js.stripe.com/v3/");
    assert!(read(&[]).unwrap().stripe.is_none());
    let complaint = read(&stripe[..2]).err().unwrap().to_string();
    assert!(
        complaint.starts_with("STRIPE_WEBHOOK_SECRET is missing"),
        "{complaint}"
    );
    let paypal = [
        ("PAYPAL_CLIENT_ID", "id"),
        ("PAYPAL_CLIENT_SECRET", "secret"),
        ("PAYPAL_WEBHOOK_ID", "WH-1"),
        ("PAYPAL_API_URL", "http://127.0.0.1:8090/paypal/"),
    ];
    let settings = read(&paypal).unwrap().paypal.unwrap();
    assert_eq!(settings.api_url, "http://127.0.0.1:8090/paypal");
}

#[test]
fn the_public_address_follows_the_listening_one() {
    assert_eq!(
        read(&[("LISTEN", "127.0.0.1:9")]).unwrap().public_url,
        "http://127.0.0.1:9"
    );
}

#[test]
fn an_empty_value_counts_as_absent() {
    assert!(read(&[("DATABASE_URL", ""), ("DEMO", "")]).is_ok());
}

#[test]
fn each_wrong_value_is_named() {
    let wrong = [
        ("DATABASE_URL", "mysql://localhost/tickets"),
        ("LISTEN", "localhost"),
        ("PUBLIC_URL", "tickets.example"),
        ("PUBLIC_URL", "https://tickets.example/shop"),
        ("PUBLIC_URL", "https://"),
        ("DEMO", "maybe"),
        ("RATE_LIMITS", "none"),
        ("BEHIND_PROXY", "nginx"),
        ("BENCH", "1"),
        ("WORKERS", "0"),
        ("TICKET_KEYS", "0f0f"),
        ("STRIPE_API_URL", "api.stripe.com"),
        ("STRIPE_SCRIPT_URL", "https://js.stripe.com/'; script-src *"),
        ("PAYPAL_CLIENT_SECRET", "two words"),
        ("LOG", "store=loudly"),
        ("LOG_FORMAT", "xml"),
    ];
    for (name, value) in wrong {
        let complaint = complaint(name, value);
        assert!(
            complaint.starts_with(&format!("{name} cannot be used: ")),
            "{complaint}"
        );
    }
}

#[test]
fn all_wrong_values_are_told_at_once() {
    let wrong = read(&[("LISTEN", "x"), ("DEMO", "y")])
        .err()
        .unwrap()
        .to_string();
    assert_eq!(wrong.lines().count(), 2, "{wrong}");
}

#[test]
fn a_wrong_key_is_not_repeated_where_logs_would_keep_it() {
    let key = format!("{}zz", "ab".repeat(31));
    assert!(!complaint("TICKET_KEYS", &key).contains("abab"));
}
