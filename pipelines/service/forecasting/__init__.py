"""POST /v1/forecast: tables in any usual form, forecasts in the same."""
