mod retry;
mod timeouts;
