mod cart;
mod checker;
mod connection;
mod history;
mod house;
mod outcome;
mod record_file;
mod say;
mod timeline;
mod wire;

fn main() {}
