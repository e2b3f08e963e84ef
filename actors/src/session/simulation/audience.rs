//! Somebody who watches: what they see must have been committed.

use std::sync::Arc;

use super::storage::Database;
use crate::feed::screen::Screen;
use crate::{Feed, WatcherEvent};

/// Follows a feed as long as it lives, over the wire's own words.
pub async fn watch(feed: Arc<Feed>, database: Arc<Database>) {
    let mut watcher = feed.watch();
    let seat_count = database.books().history.seats.len();
    let snapshot = || Screen::from_snapshot(&feed.shown_text().2, seat_count);
    let mut screen = snapshot();
    loop {
        match watcher.next().await {
            WatcherEvent::Frame(frame) => {
                if screen.apply_text(&frame.text).is_err() {
                    screen = snapshot();
                }
            }
            WatcherEvent::Resync => screen = snapshot(),
            WatcherEvent::Orders(_) | WatcherEvent::Status(_) => {}
        }
        let available = Screen::from_availability(&feed.snapshot(), seat_count);
        check(&database, &screen);
        check(&database, &available);
    }
}

/// Notes a fault unless the screen's epoch has been exactly so after some batch.
fn check(database: &Database, screen: &Screen) {
    let history = &mut database.books().history;
    let epoch = u32::try_from(screen.epoch).unwrap();
    let shown = history.shown.get(&epoch);
    let mut shown = shown.into_iter().flatten().rev();
    if !shown.any(|house| house.is_on(screen)) {
        history.fault(format!("the audience saw {screen:?}, which never was"));
    }
}
