//! The live part: one actor per event session, the registry that starts them, the journal that
//! makes their decisions durable, and the feed that tells everybody.

mod clock;
mod feed;
mod registry;
mod session_info;

pub use clock::Clock;
pub use feed::{Feed, FeedOrder, Frame, Snapshot, StandingCount, Steps, Watcher, WatcherEvent};
pub use registry::{CommandError, Registry, Session, SessionError, Settings};
pub use session_info::SessionInfo;
