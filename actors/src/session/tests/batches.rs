//! Group commit: batches, and answers that wait for them.

use domain::seat_map::{Change, Command, Places, Refusal, SeatState};

use super::desk::{End, Office, claim, settle};
use crate::session::CommandError;
use crate::test_house::{bearer, order, seats};

#[tokio::test(start_paused = true)]
async fn commands_that_arrive_during_a_write_go_into_one_next_batch() {
    let office = Office::open().await;
    for number in 1..=4 {
        office.hold(number, &[]).await;
    }
    let before = office.desk.begun();
    let first = office.ask(claim(1, "a", &[0]));
    settle().await;
    let others = [
        office.ask(claim(2, "a", &[1])),
        office.ask(claim(3, "a", &[2])),
        office.ask(claim(4, "a", &[3])),
    ];
    settle().await;
    // The desk asserts that no second write begins while this one is in flight.
    assert_eq!(office.desk.begun(), before + 1);
    office.end(End::Commit).await;
    assert_eq!(first.await.unwrap(), Ok(()));
    assert_eq!(office.desk.begun(), before + 2);
    assert!(others.iter().all(|other| !other.is_finished()));
    office.end(End::Commit).await;
    for other in others {
        assert_eq!(other.await.unwrap(), Ok(()));
    }
    assert_eq!(office.desk.begun(), before + 2);
    let last = office.desk.begun.lock().unwrap().pop().unwrap();
    let is_grant = |change: &&Change| {
        matches!(
            change,
            Change::Seat {
                to: SeatState::Held(_),
                ..
            }
        )
    };
    assert_eq!(last.iter().filter(is_grant).count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_batch_takes_at_most_1024_claims_and_the_rest_follows() {
    let office = Office::open().await;
    office.hold(1, &[]).await;
    let before = office.desk.begun();
    let first = office.ask(claim(1, "a", &[0]));
    settle().await;
    let sent = 1_500;
    let claims: Vec<_> = (0..sent).map(|_| office.ask(claim(1, "a", &[0]))).collect();
    settle().await;
    office.end(End::Commit).await;
    assert_eq!(first.await.unwrap(), Ok(()));
    office.end(End::Commit).await;
    everybody_has_asked().await;
    let answered = claims.iter().filter(|claim| claim.is_finished()).count();
    assert_eq!(answered, 1_024);
    office.end(End::Commit).await;
    for claim in claims {
        assert_eq!(claim.await.unwrap(), Ok(()));
    }
    assert_eq!(office.desk.begun(), before + 3);
}

#[tokio::test(start_paused = true)]
async fn refusals_and_repetitions_wait_for_the_commit_of_what_they_rest_on() {
    let office = Office::open().await;
    office.hold(1, &[]).await;
    office.hold(2, &[]).await;
    let winner = office.ask(claim(1, "a", &[0]));
    settle().await;
    let loser = office.ask(claim(2, "a", &[0]));
    let repetition = office.ask(claim(1, "a", &[0]));
    settle().await;
    assert!(!winner.is_finished() && !loser.is_finished() && !repetition.is_finished());
    office.end(End::Commit).await;
    assert_eq!(winner.await.unwrap(), Ok(()));
    office.end(End::Commit).await;
    assert_eq!(repetition.await.unwrap(), Ok(()));
    let refused = loser.await.unwrap();
    let Err(CommandError::Refused(Refusal::SeatTaken { taken, alternative })) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(taken, seats(&[0]));
    assert_eq!(alternative.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_for_an_uncommitted_claim_is_not_said_when_that_claim_is_lost() {
    let office = Office::open().await;
    office.hold(1, &[]).await;
    office.hold(2, &[]).await;
    let winner = office.ask(claim(1, "a", &[0]));
    let loser = office.ask(claim(2, "a", &[0]));
    settle().await;
    office.end(End::Fail).await;
    assert!(super::desk::is_unavailable(&winner.await.unwrap()));
    assert!(super::desk::is_unavailable(&loser.await.unwrap()));
    assert_eq!(office.done(claim(2, "a", &[0])).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn the_same_key_in_flight_shares_the_answer_and_takes_one_place() {
    let office = Office::open().await;
    office.hold(1, &[]).await;
    let twins = [
        office.ask(super::desk::standing(1, "a", 2)),
        office.ask(super::desk::standing(1, "a", 2)),
    ];
    settle().await;
    office.end(End::Commit).await;
    office.end(End::Commit).await;
    for twin in twins {
        assert_eq!(twin.await.unwrap(), Ok(()));
    }
    let fed = office.feed.order(order(1)).unwrap();
    assert_eq!(fed.standing, [(domain::SectionIndex(1), 2)]);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_answered_reads_their_own_writes() {
    let office = Office::open().await;
    office.hold(1, &[3, 4]).await;
    assert_eq!(office.feed.order(order(1)).unwrap().seats, seats(&[3, 4]));
    let places = Places {
        seats: seats(&[3]),
        standing: Vec::new(),
    };
    let give_back = Command::Drop {
        order: order(1),
        credential: bearer(1),
        places,
    };
    let dropped = office.ask(give_back);
    settle().await;
    // Not before it is durable.
    assert_eq!(office.feed.order(order(1)).unwrap().seats, seats(&[3, 4]));
    office.end(End::Commit).await;
    assert_eq!(dropped.await.unwrap(), Ok(()));
    assert_eq!(office.feed.order(order(1)).unwrap().seats, seats(&[4]));
}

#[tokio::test(start_paused = true)]
async fn a_full_lane_sheds_claims_at_once_while_release_sell_and_expire_pass() {
    let office = Office::open().await;
    office.hold(1, &[0]).await;
    office.hold(2, &[1]).await;
    office.done(Command::Pin { order: order(2) }).await.unwrap();
    office.desk.rows.lock().unwrap().sell(order(2));
    let blocker = office.ask(claim(1, "blocker", &[5]));
    settle().await;
    let claims: Vec<_> = (0..10_000)
        .map(|_| office.ask(claim(1, "first", &[0])))
        .collect();
    everybody_has_asked().await;
    let shed = claims.iter().filter(|claim| claim.is_finished()).count();
    assert_eq!(shed, 10_000 - 8_192, "the lane is full");
    let answer = office.ask(claim(1, "first", &[0])).await.unwrap();
    assert!(
        matches!(answer, Err(CommandError::Busy { .. })),
        "{answer:?}"
    );
    let released = office.ask(Command::Drop {
        order: order(1),
        credential: bearer(1),
        places: Places {
            seats: seats(&[0]),
            standing: Vec::new(),
        },
    });
    let sold = office.ask(Command::Sell { order: order(2) });
    settle().await;
    office.end(End::Commit).await;
    assert_eq!(blocker.await.unwrap(), Ok(()));
    // The next batch is full of claims, and yet they are in it.
    office.end(End::Commit).await;
    assert_eq!(released.await.unwrap(), Ok(()));
    assert_eq!(sold.await.unwrap(), Ok(()));
    assert!(claims.iter().any(|claim| !claim.is_finished()));
}

/// Simulated time moves only when nobody can act any more, however many they are.
async fn everybody_has_asked() {
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
}
