package dev.eddy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorSettingsTest {
    @Test
    void shouldMapTopicsToModels() {
        EddyConfig config = config(
                EddyConfig.MODEL_SELECTOR, "topic",
                EddyConfig.INPUT_TOPIC, "a, b",
                EddyConfig.MODEL_SELECTOR_TOPICS, "b:pump");
        assertThat(config.inputTopics()).containsExactly("a", "b");
        assertThat(config.modelsOfTopics()).isEqualTo(Map.of("a", "a", "b", "pump"));
        assertThat(config().selectsModels()).isFalse();
        assertThat(config().inputTopics()).containsExactly("eddy.events");
    }

    @ParameterizedTest
    @ValueSource(strings = {"field:model", "field:a.b.c", "header:x", "topic"})
    void shouldTakeWhatNamesAModel(String selector) {
        assertThat(config(EddyConfig.MODEL_SELECTOR, selector).selectsModels()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "field", "field:", "field:a..b", "header:", "topic:a", "key"})
    void shouldRefuseOtherSelectors(String selector) {
        assertRefused("use field:PATH, header:NAME or topic", EddyConfig.MODEL_SELECTOR, selector);
    }

    @Test
    void shouldRefuseSettingsThatContradictEachOther() {
        assertRefused("needs eddy.model.selector=field:PATH or header:NAME", EddyConfig.MODEL_SELECTOR_DEFAULT, "pump");
        assertRefused(
                "the model of a topic is said in eddy.model.selector.topics",
                EddyConfig.MODEL_SELECTOR,
                "topic",
                EddyConfig.MODEL_SELECTOR_DEFAULT,
                "pump");
        assertRefused(
                "'a/b' is not a name that a model can have",
                EddyConfig.MODEL_SELECTOR,
                "field:a",
                EddyConfig.MODEL_SELECTOR_DEFAULT,
                "a/b");
        assertRefused(
                "eddy.model.selector.topics needs eddy.model.selector=topic",
                EddyConfig.MODEL_SELECTOR,
                "field:a",
                EddyConfig.MODEL_SELECTOR_TOPICS,
                "a:b");
        assertRefused("has a slash", EddyConfig.PIPELINE, "a/b");
    }

    @Test
    void shouldRefuseTopicsWhoseEventsWouldHaveNoDeterminedOrder() {
        assertRefused("names several topics, which needs eddy.model.selector=topic", EddyConfig.INPUT_TOPIC, "a,b");
        assertTopicsRefused("names a twice", "a,b,a", "");
        assertTopicsRefused("has an empty name", "a,,b", "");
        assertTopicsRefused("the topics a and b stand for the same model, a", "a,b", "b:a");
        assertTopicsRefused("'c:x' is not TOPIC:MODEL with a topic of eddy.topics.input", "a,b", "c:x");
        assertTopicsRefused("'a' is not TOPIC:MODEL", "a,b", "a");
        assertTopicsRefused("'!' is not a name that a model can have", "a,b", "a:!");
    }

    @ParameterizedTest
    @ValueSource(strings = {EddyConfig.SEQUENCE_IDLE, EddyConfig.SEQUENCE_TTL, EddyConfig.REORDER})
    void shouldRefusePeriodsOfSeveralTopicsWhoseTimesRunSideBySide(String period) {
        assertRefused(
                period + " cannot be set with several input topics",
                EddyConfig.MODEL_SELECTOR,
                "topic",
                EddyConfig.INPUT_TOPIC,
                "a,b",
                period,
                "5");
    }

    @Test
    void shouldRefuseLabelsWhichSayNoModel() {
        assertRefused(
                "eddy.topics.labels cannot be set with eddy.model.selector",
                EddyConfig.MODEL_SELECTOR,
                "header:model",
                EddyConfig.LABELS_TOPIC,
                "labels");
    }

    private static void assertTopicsRefused(String message, String topics, String models) {
        assertRefused(
                message,
                EddyConfig.MODEL_SELECTOR,
                "topic",
                EddyConfig.INPUT_TOPIC,
                topics,
                EddyConfig.MODEL_SELECTOR_TOPICS,
                models);
    }

    private static void assertRefused(String message, String... settings) {
        assertThatThrownBy(() -> config(settings))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    private static EddyConfig config(String... settings) {
        Map<String, String> all = new HashMap<>();
        all.put("bootstrap.servers", "x:1");
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return new EddyConfig(all);
    }
}
