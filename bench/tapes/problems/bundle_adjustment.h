#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cotape::bench::tapes {

// How far points lie from where cameras saw them (Srajer, Kukelova and Fitzgibbon 2018, section 4.2): a camera at C,
// rotated by the vector r, sees the point X at p = (a, b)/c with (a, b, c) = R(r)(X − C), and its lens moves that to
// f p (1 + κ₁‖p‖² + κ₂‖p‖⁴) + p₀. Half the sum of the squares of w (projection − feature) and 1 − w² over all
// observations, each with a weight w; a function of (r, C, f, p₀, κ) [cameras, 11], X [points, 3], w [observations].
// R(r) is Rodrigues' formula as it stands, for r ≠ 0.
struct BundleAdjustment {
  static constexpr const char* name = "bundle adjustment";
  std::string size;
  std::size_t cameras, points;
  std::vector<std::int64_t> camera_of, point_of;  // [observations]
  std::vector<double> features;                   // [observations, 2]
  std::vector<double> start;

  static constexpr std::size_t camera_size = 11;
  enum Place { rotation = 0, centre = 3, focal = 6, principal = 7, distortion = 9 };
  std::size_t observations() const { return camera_of.size(); }

  template <class T>
  T value(const T* parameters) const {
    const T *all_points = parameters + cameras * camera_size, *weights = all_points + points * 3;
    T result = 0.0;
    for (std::size_t i = 0; i < observations(); ++i) {
      const T* camera = parameters + static_cast<std::size_t>(camera_of[i]) * camera_size;
      T seen[2];
      project(camera, all_points + static_cast<std::size_t>(point_of[i]) * 3, seen);
      for (std::size_t a = 0; a < 2; ++a) {
        const T error = weights[i] * (seen[a] - features[2 * i + a]);
        result += error * error;
      }
      const T error = 1.0 - weights[i] * weights[i];
      result += error * error;
    }
    return 0.5 * result;
  }

 private:
  // R(r) v = v cos θ + (n × v) sin θ + n ⟨n, v⟩ (1 − cos θ), θ = ‖r‖, n = r/θ.
  template <class T>
  static void rotate(const T* r, const T* v, T* rotated) {
    using std::cos;
    using std::sin;
    using std::sqrt;
    const T angle = sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]);
    const T cosine = cos(angle), sine = sin(angle), inverse = 1.0 / angle;
    const T n[3] = {r[0] * inverse, r[1] * inverse, r[2] * inverse};
    const T along = (n[0] * v[0] + n[1] * v[1] + n[2] * v[2]) * (1.0 - cosine);
    for (std::size_t a = 0; a < 3; ++a) {
      const std::size_t b = (a + 1) % 3, c = (a + 2) % 3;
      rotated[a] = v[a] * cosine + (n[b] * v[c] - n[c] * v[b]) * sine + n[a] * along;
    }
  }

  template <class T>
  static void project(const T* camera, const T* point, T* seen) {
    T from_camera[3], turned[3];
    for (std::size_t a = 0; a < 3; ++a) from_camera[a] = point[a] - camera[centre + a];
    rotate(camera + rotation, from_camera, turned);
    const T plane[2] = {turned[0] / turned[2], turned[1] / turned[2]};
    const T square = plane[0] * plane[0] + plane[1] * plane[1];
    const T lens = 1.0 + square * (camera[distortion] + square * camera[distortion + 1]);
    for (std::size_t a = 0; a < 2; ++a) seen[a] = camera[focal] * (plane[a] * lens) + camera[principal + a];
  }
};

std::vector<BundleAdjustment> bundle_problems(std::uint64_t seed);

}  // namespace cotape::bench::tapes
