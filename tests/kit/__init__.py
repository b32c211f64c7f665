"""What tests are built from: paths to real data, running servers, peers."""
