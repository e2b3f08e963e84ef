//! What people receive: tickets to print, calendar files, QR codes.
//!
//! It turns what it is given into bytes: it reads no clock and no database, and knows neither routes
//! nor mail.

pub mod calendar;
mod canvas;
mod fonts;
pub mod poster;
pub mod qr;
mod structure;
pub mod ticket;
mod typeset;
