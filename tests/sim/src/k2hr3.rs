//! A stand-in for the K2HR3 REST API.
