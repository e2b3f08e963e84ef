use sqlx::PgPool;

use crate::pages::{hidden, page, submit};
use crate::support::buyer::Buyer;
use crate::support::{Reply, TestApp};

const ADDRESS: [(&str, &str); 9] = [
    ("name", "Ada"),
    ("email", "ada@example.org"),
    ("phone", "030 1234567"),
    ("line1", "Street 1"),
    ("line2", ""),
    ("postcode", "10115"),
    ("city", "Berlin"),
    ("state", ""),
    ("country", "DE"),
];

fn html(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body.as_str().unwrap().to_owned()
}

#[sqlx::test(migrations = "../migrations")]
async fn an_order_is_bought_by_forms_alone_with_a_declined_card_in_between(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let opened = submit(
        &app,
        &format!("/gateway/sessions/{}/orders", app.session),
        "",
        &[],
    )
    .await;
    let amount = opened.header("location").to_owned();
    let path = amount.strip_suffix("/amount").unwrap().to_owned();
    let buyer = Buyer {
        app: &app,
        cookie: opened.cookie(),
        path,
    };

    let key = hidden(&html(&buyer.get("/amount").await), "claim_key");
    let form = [
        ("quantity", "2"),
        ("section", ""),
        ("claim_key", key.as_str()),
        ("to", "best"),
    ];
    assert_eq!(buyer.sent_to(&buyer.post("/amount", &form).await), "");
    assert_eq!(buyer.sent_from("").await, "/details");
    assert_eq!(buyer.sent_to(&buyer.post("/details", &ADDRESS).await), "");
    assert_eq!(buyer.sent_from("").await, "/method");
    assert!(
        html(&buyer.get("/details").await).contains("value=\"+49301234567\""),
        "typed as at home"
    );
    assert_eq!(
        buyer.sent_to(&buyer.post("/method", &[("method", "test")]).await),
        ""
    );
    assert_eq!(buyer.sent_from("").await, "/payment");

    let provider = buyer.go_to_provider().await;
    assert!(html(&buyer.get("/payment").await).contains("Waiting for your payment"));
    assert_eq!(
        buyer.sent_from("/details").await,
        "/payment",
        "what is being paid stays as it is"
    );
    buyer.post(&provider, &[("outcome", "decline")]).await;
    let declined = html(&buyer.get("/payment").await);
    assert!(
        declined.contains("declined") && declined.contains("2 places are"),
        "{declined}"
    );

    let provider = buyer.go_to_provider().await;
    let paid = buyer.post(&provider, &[("outcome", "succeed")]).await;
    assert_eq!(buyer.sent_to(&paid), "");
    for step in ["", "/amount", "/details", "/payment"] {
        assert_eq!(buyer.sent_from(step).await, "/confirmation");
    }
    assert_eq!(
        html(&buyer.get("/confirmation").await)
            .matches("FR1.")
            .count(),
        2
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_gets_to_a_step_before_the_ones_in_front_of_it(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    let buyer = Buyer::of(&app, &order);
    for step in ["", "/details", "/method", "/payment", "/confirmation"] {
        assert_eq!(buyer.sent_from(step).await, "/amount", "{step}");
    }
    app.claim(&order, "k", serde_json::json!({"seats": [1]}))
        .await;
    for step in ["", "/method", "/payment", "/confirmation"] {
        assert_eq!(buyer.sent_from(step).await, "/details", "{step}");
    }
    let amount = html(&buyer.get("/amount").await);
    assert!(amount.contains("You have 1 place"), "{amount}");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_refused_form_keeps_what_was_typed_and_names_every_fault(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    app.claim(&order, "k", serde_json::json!({"seats": [1]}))
        .await;
    let buyer = Buyer::of(&app, &order);
    let wrong = [
        ("name", "Łucja <b>"),
        ("email", "none"),
        ("country", "US"),
        ("phone", "12"),
    ];
    let refused = html(&buyer.post("/details", &wrong).await);
    assert!(
        refused.contains("role=\"alert\"") && refused.contains("value=\"Łucja &lt;b&gt;\""),
        "{refused}"
    );
    for words in [
        "Enter your ZIP code",
        "Enter your state",
        "Write it as name@example.org",
        "as you dial it in United States",
    ] {
        assert!(refused.contains(words), "{words}: {refused}");
    }
    let other = html(&buyer.post("/details?to=country", &wrong).await);
    assert!(
        !other.contains("role=\"alert\"") && other.contains("ZIP code"),
        "{other}"
    );

    let too_many = [
        ("quantity", "11"),
        ("section", ""),
        ("claim_key", "k"),
        ("to", "best"),
    ];
    let empty = Buyer::of(&app, &app.order().await)
        .post("/amount", &too_many)
        .await;
    let refused = html(&empty);
    assert!(
        refused.contains("Choose between 1 and 10 places") && refused.contains("value=\"11\""),
        "{refused}"
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_order_without_postcodes_where_it_goes_is_complete(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    app.claim(&order, "k", serde_json::json!({"seats": [1]}))
        .await;
    let buyer = Buyer::of(&app, &order);
    let emirate = [
        ("name", "Ada"),
        ("email", "ada@example.org"),
        ("line1", "Street 1"),
        ("state", "Dubai"),
        ("country", "AE"),
    ];
    assert_eq!(buyer.sent_to(&buyer.post("/details", &emirate).await), "");
    assert_eq!(buyer.sent_from("").await, "/method");
    let shown = html(&buyer.get("/details").await);
    assert!(
        shown.contains("Emirate")
            && shown.contains("value=\"Dubai\"")
            && !shown.contains("name=\"postcode\"")
    );
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_payment_that_was_begun_can_be_given_up_for_another(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    app.claim(&order, "k", serde_json::json!({"seats": [1]}))
        .await;
    let buyer = Buyer::of(&app, &order);
    buyer.post("/details", &ADDRESS).await;
    buyer.post("/method", &[("method", "test")]).await;
    let abandoned = buyer.go_to_provider().await;
    assert_eq!(
        buyer.sent_to(&buyer.post("/payment/withdraw", &[]).await),
        "/method"
    );
    let late = buyer.post(&abandoned, &[("outcome", "decline")]).await;
    assert_eq!(buyer.sent_to(&late), "", "what is over stays over");
    assert!(html(&buyer.get("/payment").await).contains("was not finished"));
    let provider = buyer.go_to_provider().await;
    buyer.post(&provider, &[("outcome", "succeed")]).await;
    assert_eq!(buyer.sent_from("").await, "/confirmation");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn an_order_that_was_cancelled_says_so_at_its_address_and_all_steps_lead_there(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let order = app.order().await;
    app.claim(&order, "k", serde_json::json!({"seats": [1]}))
        .await;
    let buyer = Buyer::of(&app, &order);
    let extended = buyer.post("/extend", &[("step", "details")]).await;
    assert_eq!(buyer.sent_to(&extended), "/details");
    let again = buyer
        .post("/extend", &[("step", "https://elsewhere.example")])
        .await;
    assert_eq!(
        buyer.sent_to(&again),
        "",
        "once is all, and only to one of our steps"
    );
    assert_eq!(buyer.sent_to(&buyer.post("/cancel", &[]).await), "");
    let ended = html(&buyer.get("").await);
    assert!(
        ended.contains("The order is cancelled") && !ended.contains("order-countdown"),
        "{ended}"
    );
    for step in ["/amount", "/details", "/payment", "/confirmation"] {
        assert_eq!(buyer.sent_from(step).await, "", "{step}");
    }
    assert_eq!(buyer.sent_to(&buyer.post("/details", &ADDRESS).await), "");
    let foreign = page(&app, &buyer.path, "").await;
    assert_eq!(foreign.status, 403);
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn a_purchase_below_a_languages_prefix_stays_there_and_speaks_it(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let session = html(&page(&app, &format!("/de/sessions/{}", app.session), "").await);
    assert!(
        session.contains("<html lang=\"de\"") && session.contains("Plätze ohne den Plan wählen"),
        "{session}"
    );
    let action = format!("/de/gateway/sessions/{}/orders", app.session);
    assert!(
        session.contains(&format!("action=\"{action}\"")),
        "{session}"
    );
    let opened = submit(&app, &action, "", &[]).await;
    let path = opened.header("location").strip_suffix("/amount").unwrap();
    assert!(path.starts_with("/de/gateway/orders/"), "{path}");
    let buyer = Buyer {
        app: &app,
        cookie: opened.cookie(),
        path: path.to_owned(),
    };
    let amount = html(&buyer.get("/amount").await);
    assert!(amount.contains("Wie viele Plätze?"), "{amount}");
    let key = hidden(&amount, "claim_key");
    let form = [
        ("quantity", "2"),
        ("claim_key", key.as_str()),
        ("to", "best"),
    ];
    assert_eq!(buyer.sent_to(&buyer.post("/amount", &form).await), "");
    let details = html(&buyer.get("/details").await);
    for words in [
        "Straße und Hausnummer",
        ">Deutschland<",
        "Reihe",
        "data-root=\"/de\"",
    ] {
        assert!(details.contains(words), "{words}: {details}");
    }
    let refused = html(&buyer.post("/details", &[("country", "DE")]).await);
    assert!(refused.contains("Geben Sie Ihren Namen an"), "{refused}");
    assert_eq!(buyer.sent_to(&buyer.post("/details", &ADDRESS).await), "");
    buyer.post("/method", &[("method", "test")]).await;
    let provider = buyer.go_to_provider().await;
    let bank = html(&buyer.get(&provider).await);
    assert!(bank.contains("Karte ablehnen"), "{bank}");
    buyer.post(&provider, &[("outcome", "succeed")]).await;
    assert_eq!(buyer.sent_from("").await, "/confirmation");
    let tickets = html(&buyer.get("/confirmation").await);
    assert!(
        tickets.contains("Sie sind dabei") && tickets.contains("tickets.pdf?language=de"),
        "{tickets}"
    );
    let order = path.strip_prefix("/de").unwrap();
    let entry = format!("/api{order}/calendar.ics?language=de");
    let entry = app.request(reqwest::Method::GET, &entry);
    let entry = entry.header("cookie", &buyer.cookie).send().await.unwrap();
    let entry = entry.text().await.unwrap().replace("\r\n ", "");
    assert!(entry.contains("Bestellung "), "{entry}");
    let foreign = page(&app, &format!("{path}/details"), "").await;
    assert_eq!(foreign.status, 403);
    let words = foreign.body.as_str().unwrap();
    assert!(words.contains("in einem anderen Browser"), "{words}");
    app.close().await;
}

#[sqlx::test(migrations = "../migrations")]
async fn the_best_are_asked_for_by_price_and_access_without_a_script(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let session = app.theatre_session();
    let action = format!("/gateway/sessions/{session}/orders");
    let opened = submit(&app, &action, "", &[]).await;
    let path = opened.header("location").strip_suffix("/amount").unwrap();
    let buyer = Buyer {
        app: &app,
        cookie: opened.cookie(),
        path: path.to_owned(),
    };
    let shown = html(&buyer.get("/amount").await);
    assert!(
        shown.contains("name=\"dearest\"") && shown.contains("name=\"accessible\""),
        "{shown}"
    );
    let key = hidden(&shown, "claim_key");
    let so_dear = [
        ("quantity", "1"),
        ("cheapest", "99999999"),
        ("claim_key", key.as_str()),
        ("to", "best"),
    ];
    let refused = html(&buyer.post("/amount", &so_dear).await);
    assert!(
        refused.contains("nothing left there right now")
            && refused.contains("<details class=\"more\" open>"),
        "{refused}"
    );
    let nonsense = [
        ("quantity", "1"),
        ("dearest", "x"),
        ("claim_key", "k"),
        ("to", "best"),
    ];
    assert_eq!(buyer.post("/amount", &nonsense).await.status, 404);
    let key = hidden(&refused, "claim_key");
    let accessible = [
        ("quantity", "1"),
        ("accessible", "yes"),
        ("claim_key", key.as_str()),
        ("to", "best"),
    ];
    assert_eq!(buyer.sent_to(&buyer.post("/amount", &accessible).await), "");
    let manifest = app
        .get(&format!("/api/public/sessions/{session}/manifest"))
        .await;
    let sections = manifest.body["sections"].as_array().unwrap().iter();
    let seats = sections
        .filter_map(|section| section["seats"].as_array())
        .flatten();
    let order = page(&app, &format!("/api{path}"), &buyer.cookie).await;
    let held = &order.body["seats"][0];
    let seat = seats
        .into_iter()
        .find(|seat| seat["index"] == *held)
        .unwrap();
    assert_eq!(seat["accessible"], true, "{seat}");
    app.close().await;
}
