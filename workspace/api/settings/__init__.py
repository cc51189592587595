"""Settings over the API: `settings.public` for anybody, the others for those who may view or edit them."""
