"""Theta, ETS and SARIMAX of statsmodels, as baselines that need no training."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from .local_model import LocalForecast, LocalModel


class Theta(LocalModel):
    """Theta method (Assimakopoulos and Nikolopoulos 2000; Hyndman and Billah 2003) with theta = 2."""

    name = "theta"

    def forecast(self, values: np.ndarray, horizon: int, covariates: np.ndarray | None) -> LocalForecast:
        fitted = (
            _statsmodels("forecasting.theta")
            .ThetaModel(values, period=1, deseasonalize=False)
            .fit(disp=False)
        )
        alpha = float(fitted.params["alpha"])
        variance = _smoothing_variance(values, alpha)  # statsmodels would fit an ARIMA for it
        growth = _growth({"smoothing_level": alpha}, horizon)
        return LocalForecast(fitted.forecast(horizon).to_numpy(np.float64), np.sqrt(variance * growth))


class ETS(LocalModel):
    """Exponential smoothing with additive errors: level, with trend, or with damped trend, by AICc."""

    name = "ets"

    def forecast(self, values: np.ndarray, horizon: int, covariates: np.ndarray | None) -> LocalForecast:
        model = _statsmodels("exponential_smoothing.ets").ETSModel
        forms: tuple[dict, ...] = ({}, {"trend": "add"}, {"trend": "add", "damped_trend": True})
        if len(values) < 10:  # the heuristic start of a trend wants ten values
            forms = ({},)
        start = "heuristic" if len(values) >= 10 else "estimated"
        fits = [model(values, initialization_method=start, **form).fit(disp=False) for form in forms]
        best = min(fits, key=lambda fitted: fitted.aicc if np.isfinite(fitted.aicc) else np.inf)
        variance = float(np.mean(np.asarray(best.resid) ** 2))
        return LocalForecast(
            np.asarray(best.forecast(horizon), np.float64),
            np.sqrt(variance * _growth(dict(zip(best.param_names, best.params, strict=True)), horizon)),
        )


class SARIMAX(LocalModel):
    """Regression on the covariates known ahead, with ARIMA errors (the season is taken off before).

    d by the KPSS test, p and q by AICc among a few orders. Each is estimated by Hannan and Rissanen's
    regressions (1982) and judged by its exact Gaussian likelihood; maximising that likelihood for
    every window would take some fifty times as long for nearly the same forecasts.
    """

    name = "sarimax"
    reads = frozenset({"future"})
    orders = ((0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (1, 1), (2, 1))
    """(p, q) tried."""

    def forecast(self, values: np.ndarray, horizon: int, covariates: np.ndarray | None) -> LocalForecast:
        space = _statsmodels("statespace.sarimax").SARIMAX
        count = len(values)
        known = np.zeros((count + horizon, 0)) if covariates is None else _informative(covariates, count)
        d = int(_needs_difference(_residual(values, known[:count])))
        regressors = np.column_stack([np.ones(count + horizon), known]) if d == 0 else known
        errors, beta = _regress(np.diff(values, d), np.diff(regressors[:count], d, axis=0))
        best = None
        for p, q in self.orders:
            if p + q > 0 and 4 * (p + q + 1) > len(errors):
                continue
            arma = _hannan_rissanen(errors, p, q)
            if arma is None:
                continue
            exog = regressors[:count] if regressors.shape[1] else None
            model = space(values, exog=exog, order=(p, d, q))
            found = model.filter(np.concatenate([beta, arma]), cov_type="none")
            if best is None or found.aicc < best.aicc:  # infinite for a handful of values
                best = found
        if best is None:
            raise ArithmeticError("no order could be estimated")
        ahead = best.get_forecast(horizon, exog=regressors[count:] if regressors.shape[1] else None)
        return LocalForecast(np.asarray(ahead.predicted_mean), np.asarray(ahead.se_mean))


def _statsmodels(module: str) -> Any:
    """Imported on first use, which takes a second; it carries no types."""
    return import_module(f"statsmodels.tsa.{module}")


def _smoothing_variance(values: np.ndarray, alpha: float) -> float:
    """Mean squared one-step error of simple exponential smoothing from the first value."""
    level, total = float(values[0]), 0.0
    for value in values[1:].tolist():
        error = value - level
        total += error * error
        level += alpha * error
    return total / (len(values) - 1)


def _growth(parameters: dict[str, float], horizon: int) -> np.ndarray:
    """Forecast variance of h steps by that of one: 1 + sum_{j<h} c_j^2, c_j = alpha + beta (phi + .. + phi^j)
    (Hyndman et al. 2008, table 6.2), float64 [H]."""
    alpha, beta = parameters["smoothing_level"], parameters.get("smoothing_trend", 0.0)
    phi = parameters.get("damping_trend", 1.0)
    c = alpha + beta * np.cumsum(phi ** np.arange(1, horizon))
    return 1 + np.concatenate(([0.0], np.cumsum(c**2)))


def _informative(covariates: np.ndarray, count: int) -> np.ndarray:
    """Covariates that vary in the context, z-scored there, [n + H, F]; none of those the others span."""
    center, scale = covariates[:count].mean(axis=0), covariates[:count].std(axis=0)
    varying = scale > 1e-9 * np.maximum(np.abs(center), 1)
    scaled = (covariates[:, varying] - center[varying]) / scale[varying]
    kept: list[int] = []
    for column in range(scaled.shape[1]):
        if (
            len(kept) < count // 10
            and np.linalg.matrix_rank(scaled[:count, [*kept, column]]) == len(kept) + 1
        ):
            kept.append(column)
    return scaled[:, kept]


def _regress(values: np.ndarray, regressors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least squares: residuals and coefficients."""
    if not regressors.shape[1]:
        return values, np.zeros(0)
    beta = np.linalg.lstsq(regressors, values, rcond=None)[0]
    return values - regressors @ beta, beta


def _residual(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    return _regress(values, np.column_stack([np.ones(len(values)), known]))[0]


def _needs_difference(errors: np.ndarray) -> bool:
    """KPSS test for a level at 5 % (Kwiatkowski et al. 1992), errors of mean 0."""
    count = len(errors)
    lags = int(4 * (count / 100) ** 0.25)
    long_run = float(errors @ errors)
    for lag in range(1, lags + 1):
        long_run += 2 * (1 - lag / (lags + 1)) * float(errors[lag:] @ errors[:-lag])
    if long_run <= 0:
        return False
    return float(np.sum(np.cumsum(errors) ** 2)) / (count * long_run) > 0.463


def _hannan_rissanen(errors: np.ndarray, p: int, q: int) -> np.ndarray | None:
    """AR, MA and variance parameters, or None when they are not stationary and invertible."""
    estimate = _statsmodels("arima.estimators.hannan_rissanen").hannan_rissanen
    if p == q == 0:
        return np.array([np.mean(errors**2)])
    try:
        found = estimate(errors, ar_order=p, ma_order=q, demean=False)[0]
    except (ValueError, np.linalg.LinAlgError, IndexError):
        return None
    if not (found.is_stationary and found.is_invertible) or found.sigma2 <= 0:
        return None
    return np.asarray(found.params, dtype=np.float64)
