mod sessions;
mod validate;
