"""Services for exports of people's data."""
