"""Running a plan: hosts, assets, clips, and the simulator that stands in for the vendors."""
