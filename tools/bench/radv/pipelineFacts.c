/*
 * Compiles SPIR-V modules for a Vulkan device that may be absent (Mesa's RADV under RADV_FORCE_FAMILY) and prints what its compiler
 * says of each: statistics, one a line, then the assembly. Runs nothing. Input, a line a module: path, entry point, number of
 * bindings, binding of the uniform block (-1: none), separated by blanks.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vulkan.h>

#define MOST_BINDINGS 32

static void must(VkResult result, const char *what) {
  if (result == VK_SUCCESS) return;
  fprintf(stderr, "%s: VkResult %d\n", what, (int)result);
  exit(1);
}

static uint32_t *readModule(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    fprintf(stderr, "%s: not there\n", path);
    exit(1);
  }
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  uint32_t *words = malloc(*size);
  if (fread(words, 1, *size, file) != *size) exit(1);
  fclose(file);
  return words;
}

/* The first device with everything that it supports, and the extension that tells what compilers made. */
static VkDevice openDevice(void) {
  VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = VK_API_VERSION_1_3};
  VkInstanceCreateInfo wanted = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &application};
  VkInstance instance;
  must(vkCreateInstance(&wanted, NULL, &instance), "vkCreateInstance");
  uint32_t count = 1;
  VkPhysicalDevice physical;
  VkResult found = vkEnumeratePhysicalDevices(instance, &count, &physical);
  if (count == 0 || (found != VK_SUCCESS && found != VK_INCOMPLETE)) {
    fprintf(stderr, "no Vulkan device\n");
    exit(1);
  }
  VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR told = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR};
  VkPhysicalDeviceVulkan13Features v13 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES, .pNext = &told};
  VkPhysicalDeviceVulkan12Features v12 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES, .pNext = &v13};
  VkPhysicalDeviceVulkan11Features v11 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES, .pNext = &v12};
  VkPhysicalDeviceFeatures2 all = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &v11};
  vkGetPhysicalDeviceFeatures2(physical, &all);
  const float priority = 1;
  VkDeviceQueueCreateInfo queue = {
      .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueCount = 1, .pQueuePriorities = &priority};
  const char *extensions[] = {VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME};
  VkDeviceCreateInfo create = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                               .pNext = &all,
                               .queueCreateInfoCount = 1,
                               .pQueueCreateInfos = &queue,
                               .enabledExtensionCount = 1,
                               .ppEnabledExtensionNames = extensions};
  VkDevice device;
  must(vkCreateDevice(physical, &create, NULL, &device), "vkCreateDevice");
  return device;
}

static VkPipeline compile(VkDevice device, const char *path, const char *entry, int bindings, int uniform) {
  size_t size;
  uint32_t *words = readModule(path, &size);
  VkShaderModuleCreateInfo source = {
      .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = size, .pCode = words};
  VkShaderModule module;
  must(vkCreateShaderModule(device, &source, NULL, &module), path);
  VkDescriptorSetLayoutBinding slots[MOST_BINDINGS] = {0};
  for (int i = 0; i < bindings && i < MOST_BINDINGS; i++)
    slots[i] = (VkDescriptorSetLayoutBinding){
        .binding = (uint32_t)i,
        .descriptorType = i == uniform ? VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
        .descriptorCount = 1,
        .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT};
  VkDescriptorSetLayoutCreateInfo set = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
                                         .bindingCount = (uint32_t)bindings,
                                         .pBindings = slots};
  VkDescriptorSetLayout setLayout;
  must(vkCreateDescriptorSetLayout(device, &set, NULL, &setLayout), path);
  VkPipelineLayoutCreateInfo whole = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO, .setLayoutCount = 1, .pSetLayouts = &setLayout};
  VkPipelineLayout layout;
  must(vkCreatePipelineLayout(device, &whole, NULL, &layout), path);
  VkComputePipelineCreateInfo create = {
      .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
      .flags = VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR | VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR,
      .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                .module = module,
                .pName = entry},
      .layout = layout};
  VkPipeline pipeline;
  must(vkCreateComputePipelines(device, VK_NULL_HANDLE, 1, &create, NULL, &pipeline), path);
  free(words);
  return pipeline;
}

static void tell(VkDevice device, VkPipeline pipeline) {
  PFN_vkGetPipelineExecutableStatisticsKHR statistics =
      (PFN_vkGetPipelineExecutableStatisticsKHR)vkGetDeviceProcAddr(device, "vkGetPipelineExecutableStatisticsKHR");
  PFN_vkGetPipelineExecutableInternalRepresentationsKHR texts =
      (PFN_vkGetPipelineExecutableInternalRepresentationsKHR)vkGetDeviceProcAddr(
          device, "vkGetPipelineExecutableInternalRepresentationsKHR");
  VkPipelineExecutableInfoKHR which = {.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR, .pipeline = pipeline};
  uint32_t count = 0;
  must(statistics(device, &which, &count, NULL), "statistics");
  VkPipelineExecutableStatisticKHR *numbers = calloc(count, sizeof *numbers);
  for (uint32_t i = 0; i < count; i++) numbers[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR;
  must(statistics(device, &which, &count, numbers), "statistics");
  for (uint32_t i = 0; i < count; i++)
    printf("@fact %s\t%llu\n", numbers[i].name, (unsigned long long)numbers[i].value.u64);
  free(numbers);
  count = 0;
  must(texts(device, &which, &count, NULL), "representations");
  VkPipelineExecutableInternalRepresentationKHR *all = calloc(count, sizeof *all);
  for (uint32_t i = 0; i < count; i++) all[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INTERNAL_REPRESENTATION_KHR;
  must(texts(device, &which, &count, all), "representations");
  for (uint32_t i = 0; i < count; i++) all[i].pData = calloc(1, all[i].dataSize + 1);
  must(texts(device, &which, &count, all), "representations");
  for (uint32_t i = 0; i < count; i++) {
    if (strstr(all[i].name, "ssembly") != NULL) printf("@assembly\n%s\n", (const char *)all[i].pData);
    free(all[i].pData);
  }
  free(all);
}

int main(void) {
  VkDevice device = openDevice();
  char path[4096];
  char entry[256];
  int bindings;
  int uniform;
  while (scanf("%4095s %255s %d %d", path, entry, &bindings, &uniform) == 4) {
    printf("@module %s\n", path);
    tell(device, compile(device, path, entry, bindings, uniform));
    fflush(stdout);
  }
  return 0;
}
