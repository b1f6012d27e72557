mod clients;
mod facts;
mod late;
mod pages;
mod scores;
