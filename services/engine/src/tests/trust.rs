mod facts;
mod pages;
mod scores;
