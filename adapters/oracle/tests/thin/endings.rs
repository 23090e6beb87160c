//! Errors of the server, the network and the login.
