//! The shapes of the contract: what is read from requests and written into answers.

pub mod account;
pub mod columns;
pub mod door;
#[cfg(test)]
mod export;
pub mod live;
pub mod order;
pub mod session;
