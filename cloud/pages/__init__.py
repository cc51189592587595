"""Pages of the cloud that are not the administration's."""
