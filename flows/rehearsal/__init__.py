"""The demo's archives: servers on loopback that speak the real protocols, and what they serve."""
