//! The program as people use it: its command line, its files, its endpoints.

mod audit;
mod command_line;
mod demo;
mod doctor;
mod full_disk;
mod model;
mod program;
mod readme;
mod running;
mod sql;
