use actix_web::body::MessageBody as _;
use actix_web::test::TestRequest;
use uuid::Uuid;

use super::*;

const OF: Kept = Kept {
    version: 1,
    generation: 1,
};

const SHOWN: SessionId = SessionId(Uuid::from_u128(1));

/// It shows that few places are left.
fn page(until: i64) -> Page {
    let mut shown = Shown::default();
    for _ in 0..3 {
        shown.note(SHOWN, Some(Left::Few));
    }
    Page::new(
        (OF, shown),
        Timestamp(until),
        StatusCode::OK,
        "text/html",
        "words ".repeat(100),
    )
}

/// Whether it is kept, with so much left of what it shows.
fn is_kept(pages: &KeptPages, made_of: Kept, now: i64, left: Left) -> bool {
    let left_of = |session| (session == SHOWN).then_some(left);
    pages.find("/", made_of, Timestamp(now), left_of).is_some()
}

#[test]
fn a_page_is_kept_until_something_of_it_changes() {
    let pages = KeptPages::default();
    pages.keep("/".to_owned(), &page(100));
    assert!(is_kept(&pages, OF, 99, Left::Few));
    assert!(!is_kept(&pages, OF, 100, Left::Few), "a sale begins");
    let sold = Kept {
        generation: 2,
        ..OF
    };
    assert!(!is_kept(&pages, sold, 99, Left::Nothing), "it is sold out");
    let published = Kept { version: 2, ..OF };
    assert!(!is_kept(&pages, published, 99, Left::Few));
}

#[test]
fn what_is_sold_elsewhere_changes_no_page_and_is_looked_at_once() {
    let pages = KeptPages::default();
    pages.keep("/".to_owned(), &page(100));
    let elsewhere = Kept {
        generation: 2,
        ..OF
    };
    assert!(is_kept(&pages, elsewhere, 99, Left::Few));
    let asked = |_| panic!("it is known to read the same at this generation");
    assert!(pages.find("/", elsewhere, Timestamp(99), asked).is_some());
    let here = Kept {
        generation: 3,
        ..OF
    };
    assert!(!is_kept(&pages, here, 99, Left::Last(3)));
}

#[test]
fn a_page_that_shows_too_many_performances_is_made_anew_at_every_change() {
    let mut shown = Shown::default();
    for _ in 0..=SHOWN_MAX {
        shown.note(SHOWN, Some(Left::Few));
    }
    let pages = KeptPages::default();
    let text = "words".to_owned();
    let page = Page::new((OF, shown), Timestamp(9), StatusCode::OK, "text/html", text);
    pages.keep("/".to_owned(), &page);
    assert!(is_kept(&pages, OF, 1, Left::Few));
    let sold = Kept {
        generation: 2,
        ..OF
    };
    assert!(!is_kept(&pages, sold, 1, Left::Few));
}

#[test]
fn who_has_it_is_told_so_and_who_takes_it_packed_gets_it_packed() {
    let page = page(100);
    let tag = page.tag.clone();
    let has = TestRequest::default().insert_header(("if-none-match", tag));
    assert_eq!(
        page.answer(&has.to_http_request(), "accept-encoding")
            .status(),
        304
    );
    let packs = TestRequest::default().insert_header(("accept-encoding", "br, gzip;q=0.8"));
    let packed = page.answer(&packs.to_http_request(), "accept-encoding");
    assert_eq!(packed.headers().get("content-encoding").unwrap(), "gzip");
    let not = TestRequest::default().insert_header(("accept-encoding", "gzip;q=0"));
    let plain = page.answer(&not.to_http_request(), "accept-encoding");
    assert_eq!(plain.headers().get("content-encoding").unwrap(), "identity");
    let text = plain.into_body().try_into_bytes().unwrap();
    assert_eq!(text, "words ".repeat(100));
}

#[test]
fn made_up_addresses_do_not_fill_the_memory() {
    let pages = KeptPages::default();
    // Digests cannot be packed to less than half of their digits.
    let digits = |number: u32| {
        u128::from_be_bytes(
            Sha256::digest(number.to_be_bytes())[..16]
                .try_into()
                .unwrap(),
        )
    };
    let text = (0..1 << 15)
        .map(|number| format!("{:032x}", digits(number)))
        .collect();
    let made_of = (OF, Shown::default());
    let large = Page::new(made_of, Timestamp(9), StatusCode::OK, "text/html", text);
    assert!(large.size() > 1 << 19);
    for number in 0..200 {
        pages.keep(format!("/?q={number}"), &large);
    }
    assert!(pages.bytes.load(Ordering::Relaxed) <= BYTES_MAX);
    assert!(pages.pages.len() <= BYTES_MAX >> 19);
    pages.keep("x".repeat(301), &large);
    assert!(!pages.pages.contains_key(&"x".repeat(301)));
}
