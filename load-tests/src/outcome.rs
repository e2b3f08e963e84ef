//! What goes wrong in the harness itself, as told to the person who ran it.

use std::error::Error;

/// A fault that ends the run; its text says what to do about it.
pub type Fault = Box<dyn Error + Send + Sync>;

/// What a step of the harness ends in.
pub type Outcome<T> = Result<T, Fault>;
