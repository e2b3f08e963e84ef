//! The live part: one actor per event session, the registry that starts them, the journal they
//! write through, and the feed that tells everybody.
//!
//! `session` decides and makes durable, `feed` shows what is committed, `registry` is the only
//! door to both. Nothing here knows HTTP, payments or pages.

mod clock;
mod feed;
mod registry;
mod session;
mod session_info;
#[cfg(test)]
mod test_house;

pub use clock::Clock;
pub use feed::{
    Attendance, Board, Feed, FeedOrder, Frame, Left, Snapshot, StandingCount, Steps, Watcher,
    WatcherEvent,
};
pub use registry::{Registry, Session, SessionError, Settings};
pub use session::CommandError;
pub use session_info::SessionInfo;
pub use store::catalogue::SessionStatus;
