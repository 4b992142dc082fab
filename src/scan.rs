//! The whole pipeline: source, detect, suppress, report.
