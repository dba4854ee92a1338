"""Closed forms against scipy in float64, and what makes them a basis."""

import numpy as np
import pytest
import torch
from fourfold.domains.materials.dimenet.angular_basis import zonal_harmonics
from fourfold.domains.materials.dimenet.radial_basis import (
    BesselBasis,
    SphericalRadialBasis,
    bessel_roots,
    envelope,
    spherical_bessel,
)
from scipy import integrate, special


@pytest.mark.parametrize("degree", range(9))
def test_spherical_bessel_is_scipys_from_zero_on(degree):
    z = torch.cat([torch.logspace(-8, 0, 50, dtype=torch.float64), torch.linspace(0, 60, 3001).double()])
    expected = special.spherical_jn(degree, z.numpy())
    found = spherical_bessel(max(degree, 1), z)[degree].numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-15)


def test_spherical_bessel_keeps_its_digits_in_float32():
    z = torch.linspace(0.01, 40, 2001)
    for degree, found in enumerate(spherical_bessel(8, z)):
        expected = special.spherical_jn(degree, z.double().numpy())
        np.testing.assert_allclose(found.double().numpy(), expected, atol=2e-7)


def test_spherical_bessel_has_the_slope_of_the_recurrence():
    z = torch.linspace(0.05, 20, 200, dtype=torch.float64, requires_grad=True)
    for degree, values in enumerate(spherical_bessel(6, z)):
        (slope,) = torch.autograd.grad(values.sum(), z, retain_graph=True)
        expected = special.spherical_jn(degree, z.detach().numpy(), derivative=True)
        np.testing.assert_allclose(slope.numpy(), expected, rtol=1e-8, atol=1e-11)


def test_roots_are_roots_in_order():
    roots = bessel_roots(7, 6)
    for degree, row in enumerate(roots):
        assert np.abs(special.spherical_jn(degree, row)).max() < 1e-13
        assert (np.diff(row) > 2.9).all()
        # No sign change is missed before the first root.
        grid = special.spherical_jn(degree, np.linspace(0.01, row[0] - 1e-6, 500))
        assert (grid > 0).all()
    np.testing.assert_allclose(roots[0], np.pi * np.arange(1, 7))


def test_waves_are_orthonormal_in_the_ball():
    roots = bessel_roots(3, 3)
    norms = SphericalRadialBasis(3, 3, 1.0).norms.double().numpy()
    for degree in range(3):
        for one in range(3):
            for two in range(3):

                def product(x: float, d: int = degree, i: int = one, j: int = two) -> float:
                    waves = [norms[d, n] * special.spherical_jn(d, roots[d, n] * x) for n in (i, j)]
                    return x**2 * waves[0] * waves[1]

                found, _ = integrate.quad(product, 0, 1)
                assert found == pytest.approx(float(one == two), abs=1e-6)


def test_envelope_ends_smoothly_at_the_cutoff():
    x = torch.tensor([0.999999, 1.0, 1.3], dtype=torch.float64, requires_grad=True)
    values = envelope(x)
    (slope,) = torch.autograd.grad(values.sum(), x, create_graph=True)
    (bend,) = torch.autograd.grad(slope.sum(), x)
    assert values.abs().max() < 1e-14
    assert slope.abs().max() < 1e-9
    assert bend.abs().max() < 1e-3
    assert float(envelope(torch.tensor(0.01))) == pytest.approx(100, rel=1e-6)


def test_bessel_basis_is_its_formula(float64):
    distance = torch.linspace(0.5, 8, 40)
    x = distance[:, None] / 7
    expected = envelope(x) * torch.sin(torch.pi * torch.arange(1, 7) * x)
    torch.testing.assert_close(BesselBasis(6, 7.0)(distance), expected)


@pytest.mark.parametrize("degree", range(9))
def test_zonal_harmonics_are_scipys(degree):
    cosine = torch.linspace(-1, 1, 201, dtype=torch.float64)
    expected = special.sph_harm_y(degree, 0, np.arccos(cosine.numpy()), 0.0).real
    np.testing.assert_allclose(zonal_harmonics(9, cosine)[:, degree].numpy(), expected, atol=1e-13)


def test_one_degree_is_a_constant():
    assert zonal_harmonics(1, torch.zeros(3)).shape == (3, 1)
