package dev.eddy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdvertisedHostTest {
    @Test
    void shouldAdvertiseTheAddressItIsBoundTo() {
        assertThat(advertised(Map.of())).isEqualTo("127.0.0.1");
        assertThat(advertised(Map.of(EddyConfig.HTTP_HOST, "10.1.2.3"))).isEqualTo("10.1.2.3");
        assertThat(advertised(Map.of(EddyConfig.HTTP_HOST, "::1"))).isEqualTo("[::1]");
    }

    @Test
    void shouldAdvertiseANameWhereItIsBoundToAllAddresses() {
        for (String all : new String[] {"0.0.0.0", "::", "[::]"}) {
            assertThat(advertised(Map.of(EddyConfig.HTTP_HOST, all)))
                    .isNotEmpty()
                    .doesNotContain("0.0.0.0", "::");
        }
    }

    @Test
    void shouldAdvertiseWhatTheSettingSays() {
        assertThat(advertised(
                        Map.of(EddyConfig.HTTP_HOST, "0.0.0.0", EddyConfig.HTTP_ADVERTISED_HOST, "eddy.example.org")))
                .isEqualTo("eddy.example.org");
    }

    private static String advertised(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put("bootstrap.servers", "unused:1");
        return new EddyConfig(all).advertisedHost();
    }
}
