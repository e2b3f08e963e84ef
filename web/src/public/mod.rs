//! What anybody may read, and the door's answer to a scan.

pub mod events;
pub mod places;
pub mod sessions;
pub mod validate;
