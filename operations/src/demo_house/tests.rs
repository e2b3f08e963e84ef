//! The demo house as it is loaded, and loaded again.

use std::collections::HashSet;

use store::catalogue::Sale;

use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const DAY: i64 = DAY_MILLIS;

fn plan() -> Plan {
    theatre::theatre(CURRENCY.parse().unwrap())
}

async fn sales(pool: &PgPool) -> Vec<Sale> {
    let page = store::catalogue::events(pool, &EventFilter::default(), NOW)
        .await
        .unwrap();
    page.events
        .iter()
        .flat_map(|event| event.sessions.iter().map(|session| session.sale))
        .collect()
}

#[test]
fn the_theatre_has_two_thousand_seats_and_three_hundred_standing_places() {
    let plan = plan();
    let seats: usize = plan
        .sections
        .iter()
        .map(|section| section.seats.len())
        .sum();
    let standing: Vec<_> = plan
        .sections
        .iter()
        .filter(|section| section.seats.is_empty())
        .collect();
    assert_eq!(seats, 2_000);
    assert_eq!(standing.len(), 1);
    assert_eq!(
        standing[0].kind,
        domain::manifest::SectionKind::Standing { capacity: 300 }
    );
}

#[test]
fn no_two_seats_of_the_theatre_touch_or_read_the_same() {
    let plan = plan();
    let seats = || {
        plan.sections
            .iter()
            .flat_map(|section| section.seats.iter().map(move |seat| (section, seat)))
    };
    let labels: HashSet<_> = seats()
        .map(|(section, seat)| (&section.name, &seat.row, &seat.number))
        .collect();
    assert_eq!(labels.len(), 2_000);
    let middles: Vec<(i64, i64)> = seats()
        .map(|(_, seat)| {
            (
                i64::from(seat.placement.position_x),
                i64::from(seat.placement.position_y),
            )
        })
        .collect();
    for (index, a) in middles.iter().enumerate() {
        for b in &middles[index + 1..] {
            let squared = (a.0 - b.0).pow(2) + (a.1 - b.1).pow(2);
            assert!(squared >= 2_000 * 2_000, "{a:?} and {b:?}");
        }
    }
}

#[test]
fn the_theatre_is_drawn_alike_on_both_sides_of_its_axis() {
    let middles = |plan: &Plan| -> Vec<(i32, i32)> {
        let seats = plan.sections.iter().flat_map(|section| &section.seats);
        seats
            .map(|seat| (seat.placement.position_x, seat.placement.position_y))
            .collect()
    };
    let seats = middles(&plan());
    for (x, y) in &seats {
        let mirrored = 200_000 - x;
        // Rounding may differ by a hundredth.
        assert!(
            seats
                .iter()
                .any(|(a, b)| (a - mirrored).abs() <= 1 && (b - y).abs() <= 1),
            "{x} {y}"
        );
    }
}

#[test]
fn some_places_are_accessible_some_out_of_use_and_one_section_is_free_of_charge() {
    let plan = plan();
    let seats = || plan.sections.iter().flat_map(|section| &section.seats);
    assert_eq!(seats().filter(|seat| seat.accessible).count(), 12);
    assert_eq!(seats().filter(|seat| seat.disabled).count(), 11);
    let free: Vec<_> = plan
        .sections
        .iter()
        .filter(|section| section.starting_price.minor == 0)
        .collect();
    assert_eq!(free.len(), 1);
    assert_eq!(free[0].name, "Gallery");
}

#[sqlx::test(migrations = "../migrations")]
async fn the_demo_has_sessions_on_sale_one_not_yet_and_one_no_more(pool: PgPool) {
    let house = load(&pool, NOW).await.unwrap();
    assert!(house.fresh);
    assert_eq!(house.sessions.len(), 8);
    assert!(house.sessions.iter().all(|session| session.starts_at > NOW));
    let sales = sales(&pool).await;
    assert_eq!(sales.iter().filter(|sale| sale.is_on(NOW)).count(), 6);
    assert_eq!(sales.iter().filter(|sale| sale.from > NOW).count(), 1);
    assert_eq!(
        sales
            .iter()
            .filter(|sale| sale.until.is_some_and(|until| until <= NOW))
            .count(),
        1
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn loading_again_finds_what_is_there_and_moves_no_date(pool: PgPool) {
    let first = load(&pool, NOW).await.unwrap();
    let second = load(&pool, Timestamp(NOW.0 + DAY)).await.unwrap();
    assert!(!second.fresh);
    assert_eq!(first.sessions, second.sessions);
    assert_eq!(first.logins, second.logins);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_theatres_sessions_share_one_manifest(pool: PgPool) {
    load(&pool, NOW).await.unwrap();
    let manifests = sqlx::query_scalar!("select count(*) from manifest")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(manifests, Some(3), "one for each venue");
}

#[sqlx::test(migrations = "../migrations")]
async fn everybody_of_the_demo_has_their_part_and_no_other(pool: PgPool) {
    load(&pool, NOW).await.unwrap();
    let rows = sqlx::query!(
        r#"select email, roles,
               array(select slug from venue_person join venue using (venue_id)
                     where venue_person.account_id = account.account_id) as "venues!",
               array(select name from artist_person join artist using (artist_id)
                     where artist_person.account_id = account.account_id) as "artists!"
           from account order by email"#
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let parts: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "{} {:?} {:?} {:?}",
                row.email, row.roles, row.venues, row.artists
            )
        })
        .collect();
    assert_eq!(
        parts,
        [
            r#"admin@frontrow.example ["ADMIN"] [] []"#,
            r#"artist@frontrow.example [] [] ["Mira Falk"]"#,
            r#"studio@frontrow.example [] ["speicher-studio"] []"#,
            r#"theatre@frontrow.example [] ["lindenhof-theatre"] []"#,
        ]
    );
}
