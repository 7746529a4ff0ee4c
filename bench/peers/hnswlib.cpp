// hnswlib for this very processor, as its own build does it; Debian's Python module is compiled for any x86-64 and is
// slower. hnswlib-native rows.npy n d M ef_construction ef seed indices.npy: 15 neighbours of every row, on one thread.
#include <hnswlib/hnswlib.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

constexpr int K = 15;

static std::vector<float> rows(const char *path, size_t count) {
  std::ifstream file(path, std::ios::binary);
  char head[10];
  file.read(head, sizeof head);
  file.seekg(10 + (static_cast<unsigned char>(head[8]) | static_cast<unsigned char>(head[9]) << 8));
  std::vector<float> data(count);
  file.read(reinterpret_cast<char *>(data.data()), static_cast<std::streamsize>(count * sizeof(float)));
  return data;
}

static void write(const char *path, const std::vector<int32_t> &indices, size_t n) {
  std::string text = "{'descr': '<i4', 'fortran_order': False, 'shape': (" + std::to_string(n) + ", " +
                     std::to_string(K) + "), }";
  text.resize((text.size() + 11 + 63) / 64 * 64 - 11, ' ');
  text += '\n';
  std::ofstream file(path, std::ios::binary);
  const char size[2] = {static_cast<char>(text.size() & 255), static_cast<char>(text.size() >> 8)};
  file.write("\x93NUMPY\x01\x00", 8).write(size, 2) << text;
  file.write(reinterpret_cast<const char *>(indices.data()), static_cast<std::streamsize>(indices.size() * 4));
}

int main(int argc, char **argv) {
  if (argc != 9) return 2;
  const size_t n = std::stoul(argv[2]), d = std::stoul(argv[3]);
  const int m = std::atoi(argv[4]), construction = std::atoi(argv[5]), ef = std::atoi(argv[6]);
  const auto data = rows(argv[1], n * d);
  std::vector<int32_t> indices(n * K);
  const auto begin = std::chrono::steady_clock::now();
  const std::clock_t cpu = std::clock();
  hnswlib::L2Space space(d);
  hnswlib::HierarchicalNSW<float> index(&space, n, m, construction, 100 + std::atoi(argv[7]));
  for (size_t i = 0; i < n; i++) index.addPoint(data.data() + i * d, i);
  const double built = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  index.setEf(ef);
  for (size_t i = 0; i < n; i++) {
    auto found = index.searchKnn(data.data() + i * d, K + 1);  // farthest on top
    bool itself = false;
    int32_t near[K + 1];
    int count = static_cast<int>(found.size());
    for (int j = count - 1; j >= 0; j--, found.pop()) near[j] = static_cast<int32_t>(found.top().second);
    int at = 0;
    for (int j = 0; j < count && at < K; j++) {
      if (near[j] == static_cast<int32_t>(i) && !itself) itself = true;
      else indices[i * K + at++] = near[j];
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const double all = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  write(argv[8], indices, n);
  std::printf("{\"seconds\": %.4f, \"cpuSeconds\": %.4f, \"buildCpuSeconds\": %.4f}\n", seconds, all, built);
}
