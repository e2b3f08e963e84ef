mod account;
mod gateway;
mod public;
mod unknown;
